/** Turns recordings that nobody owns (left by a crash, or made by the dialplan alone) into messages. */
import type { NumberPlan } from '../core/address/number-plan.ts';
import { beforeFaxTone } from '../core/message/fax-tone.ts';
import type { Sender } from '../core/message/message.ts';
import { tiffPages } from '../core/message/tiff-pages.ts';
import type { E164 } from '../core/ids.ts';
import { readTag, type RecordingTag } from '../core/message/recording-tag.ts';
import { speechMs } from '../core/message/speech.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { StrayRecording } from '../ports/media.ts';
import type { Deposits } from './deposit.ts';
import type { Profiles } from './profile.ts';

/** A recording for a number that is not served is kept so long, in milliseconds: the configuration may be wrong. */
const foreignMs = 86_400_000;

export interface RecoverDeps {
  readonly deposits: Deposits;
  readonly plan: NumberPlan;
  readonly profiles: Profiles;
  readonly clock: Clock;
  readonly log: Log;
  /** Recordings for numbers not served, and when this process first met them. */
  readonly foreign: Map<string, Date>;
}

/**
 * Deposits one stray recording and removes it from the switch. Silent ones are removed, those for numbers not served here
 * after a day; one that cannot be stored now stays where it is and is found again.
 */
export async function recoverStray(
  stray: StrayRecording,
  deps: RecoverDeps,
): Promise<'deposited' | 'discarded' | 'foreign'> {
  const { take } = stray;
  const tag = readTag(take.tag);
  if (tag?.use === 'greeting' || tag?.use === 'draft') {
    // Its owner was speaking when the call was lost, and has neither kept nor sent it.
    await take.discard();
    deps.log.info('what a subscriber was recording is removed', { use: tag.use });
    return 'discarded';
  }
  const to = tag === undefined ? undefined : deps.plan.parse(tag.called);
  const served = to !== undefined && !deps.plan.isAccess(to);
  const classOfService = served ? deps.plan.classOf(to) : undefined;
  if (tag === undefined || to === undefined || classOfService === undefined) {
    await keepForeign(take, deps);
    return 'foreign';
  }
  if (tag.use === 'fax') return recoverFax(stray, { tag, to, classOfService }, deps);
  // A fax tone may have ended it, after nothing was said.
  const all = await take.bytes();
  const bytes = beforeFaxTone(take.contentType, all);
  const spoken = speechMs(take.contentType, bytes) ?? take.durationMs;
  if (all.length === 0 || spoken < deps.profiles.classOfService(classOfService).minSpeechMs) {
    await take.discard();
    return 'discarded';
  }
  await deps.deposits.take({
    draft: {
      kind: 'voice',
      origin: { network: 'sip', id: take.id },
      from: sender(tag.caller, deps.plan),
      to,
      received: tag.started,
      urgent: tag.use === 'urgent',
      confidential: false,
      cut: stray.cut,
    },
    contentType: take.contentType,
    durationMs: all.length === 0 ? 0 : Math.round((take.durationMs * bytes.length) / all.length),
    classOfService,
    bytes,
    recovered: true,
  });
  await take.discard();
  deps.log.info('a recording without a call became a message', { recording: take.id, cut: stray.cut });
  return 'deposited';
}

/** The pages of a fax whose controller died, or that broke off with it: those that are whole. */
async function recoverFax(
  stray: StrayRecording,
  { tag, to, classOfService }: { tag: RecordingTag; to: E164; classOfService: string },
  deps: RecoverDeps,
): Promise<'deposited' | 'discarded'> {
  const { take, fax } = stray;
  const bytes = await take.bytes();
  const found = tiffPages(bytes);
  if (found === undefined || found.whole === 0) {
    await take.discard();
    deps.log.info('a fax without a whole page is removed', { recording: take.id });
    return 'discarded';
  }
  await deps.deposits.take({
    draft: {
      kind: 'fax',
      origin: { network: 'fax', id: take.id },
      from: sender(tag.caller, deps.plan),
      to,
      received: tag.started,
      urgent: false,
      confidential: false,
      cut: stray.cut || found.cut || fax?.complete === false,
      ...(fax?.facts === undefined ? {} : { fax: fax.facts }),
    },
    contentType: take.contentType,
    pages: found.whole,
    classOfService,
    bytes,
    recovered: true,
  });
  await take.discard();
  deps.log.info('a fax without a controller became a message', { recording: take.id, pages: found.whole });
  return 'deposited';
}

/** Told when it is met, kept for a day from then, whatever its own age: the configuration is put right in that time or never. */
async function keepForeign(take: StrayRecording['take'], deps: RecoverDeps): Promise<void> {
  const now = deps.clock.now();
  const met = deps.foreign.get(take.id);
  if (met === undefined) {
    deps.foreign.set(take.id, now);
    deps.log.warn('a recording belongs to no number served here; it is kept for a day', {
      recording: take.id,
    });
  } else if (now.getTime() - met.getTime() >= foreignMs) {
    await take.discard();
    deps.foreign.delete(take.id);
    deps.log.error('a recording that belonged to no number served here is removed', { recording: take.id });
  }
}

function sender(caller: string | undefined, plan: NumberPlan): Sender {
  if (caller === undefined) return { private: true };
  return { number: plan.parse(caller) ?? caller, private: false };
}
