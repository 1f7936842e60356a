/**
 * Pending steps as they lie in the message document, and the updates that lease, end and delay them. Each update is one
 * pipeline that keeps `workAt` the least `at` of the steps; without steps there is no `workAt`, so that the partial
 * index holds messages with work and no others.
 */
import type { Document } from 'mongodb';
import type { PendingKind, PendingStep } from '../core/message/message.ts';

export interface StepDocument {
  kind: PendingKind;
  due: Date;
  /** When it may be taken next: `due`, or the end of the lease, which is later. */
  at: Date;
  tries: number;
  lastError?: string;
}

export function toStepDocument(step: PendingStep): StepDocument {
  const { leasedUntil, kind, due, tries, lastError } = step;
  const at = leasedUntil !== undefined && leasedUntil > due ? leasedUntil : due;
  return { kind, due, at, tries, ...(lastError === undefined ? {} : { lastError }) };
}

export function fromStepDocument(step: StepDocument): PendingStep {
  const { at, ...rest } = step;
  return at > step.due ? { ...rest, leasedUntil: at } : rest;
}

/** The same choice as `leaseFirst` makes: the first of the steps with the least `at`. */
export function firstDue(steps: readonly StepDocument[]): number {
  return steps.reduce((best, step, i) => (step.at < (steps[best] as StepDocument).at ? i : best), 0);
}

/** A step as it is after `now`'s lease. */
export function leased(step: StepDocument, until: Date): StepDocument {
  return { ...step, at: until, tries: step.tries + 1 };
}

/** Leases the step that waited longest. The document must be one with `workAt`. */
export function leaseFirst(until: Date): Document[] {
  const first = { $indexOfArray: ['$pending.at', '$workAt'] };
  const step = { $arrayElemAt: ['$pending', '$$i'] };
  return [
    {
      $set: {
        pending: {
          $let: {
            vars: { first },
            in: {
              $map: {
                input: { $range: [0, { $size: '$pending' }] },
                as: 'i',
                in: { $cond: [{ $eq: ['$$i', '$$first'] }, leaseOf(step, until), step] },
              },
            },
          },
        },
      },
    },
    keepDue,
  ];
}

/** Leases every step that is due. */
export function leaseAllDue(now: Date, until: Date): Document[] {
  return eachStep({ $cond: [{ $lte: ['$$this.at', now] }, leaseOf('$$this', until), '$$this'] });
}

export function removeKinds(kinds: readonly PendingKind[]): Document[] {
  const cond = { $not: [{ $in: ['$$this.kind', [...kinds]] }] };
  return [{ $set: { pending: { $filter: { input: '$pending', cond } } } }, keepDue];
}

/** Ends the lease of a step and puts it off. */
export function delayKind(kind: PendingKind, due: Date, lastError: string): Document[] {
  // $literal: the text of an error may begin with a dollar sign.
  const delayed = { $mergeObjects: ['$$this', { due, at: due, lastError: { $literal: lastError } }] };
  return eachStep({ $cond: [{ $eq: ['$$this.kind', kind] }, delayed, '$$this'] });
}

/** Prolongs the lease of a step; its try is the same. */
export function extendKind(kind: PendingKind, until: Date): Document[] {
  const extended = { $mergeObjects: ['$$this', { at: until }] };
  return eachStep({ $cond: [{ $eq: ['$$this.kind', kind] }, extended, '$$this'] });
}

function eachStep(step: Document): Document[] {
  return [{ $set: { pending: { $map: { input: '$pending', in: step } } } }, keepDue];
}

function leaseOf(step: unknown, until: Date): Document {
  const tries = { $add: [{ $let: { vars: { step }, in: '$$step.tries' } }, 1] };
  return { $mergeObjects: [step, { at: until, tries }] };
}

const keepDue: Document = { $set: { workAt: { $ifNull: [{ $min: '$pending.at' }, '$$REMOVE'] } } };
