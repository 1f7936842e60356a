/**
 * Does what a message's pending steps ask for: welcome text, notices, reminders, a call, lamp, transcript. Within quiet hours
 * all that would be noticed waits for their end but the lamp; only what is urgent goes at once.
 */
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message, PendingKind, PendingStep } from '../core/message/message.ts';
import { quietUntil } from '../core/notification/quiet-hours.ts';
import type { ClassOfService, GatewayName } from '../core/profile/class-of-service.ts';
import type { Notification, Store } from '../ports/store.ts';
import type { Lamps } from './lamp.ts';
import { sendAgain, workTexts, type Case, type NoticeDeps } from './notices.ts';
import { alarm, delay, heldReason, stepRetry } from './put-off.ts';
import { remind, remindOfQuota, type RemindDeps } from './remind.ts';
import { leaseMs, sendOnce, type TextDraft } from './text-out.ts';
import type { Transcripts } from './transcripts.ts';

/** Texts and steps worked at once when many are due. */
const lanes = 4;
/** Least time between two looks for due work of others, in milliseconds. */
const leastWaitMs = 250;

export interface NotifyDeps extends NoticeDeps, RemindDeps {
  readonly store: Store;
  readonly lamps: Pick<Lamps, 'publish'>;
  readonly transcripts: Pick<Transcripts, 'work'>;
  /** Asks for the call that brings a mailbox its new messages. */
  readonly requestCall: (mailbox: Mailbox, urgent: boolean) => Promise<void>;
  /** Finds another mailbox for a message whose own is gone. Default: none. */
  readonly adopt?: (message: Message) => Promise<Mailbox | undefined>;
}

export interface Notify {
  /** Works those steps of a message that are due and held by this process. Never rejects: what fails is put back. */
  work(message: Message, steps: readonly PendingStep[], mailbox?: Mailbox): Promise<void>;
  /** Takes and works every step and text that is due; answers how many there were. */
  runDue(signal: AbortSignal): Promise<number>;
  /** Sends the answer to a text, once. Answers false if that text was answered before. */
  reply(reply: Reply): Promise<boolean>;
  /** Sends what a subscriber writes to somebody else, once by its key; it is tried again like other texts. */
  sendOn(draft: Omit<TextDraft, 'kind'> & { readonly body: string }): Promise<Notification>;
}

export interface Reply {
  /** Id of the text that is answered. */
  readonly to: string;
  readonly textId: string;
  readonly body: string;
  readonly gateway: GatewayName;
  readonly mailbox: Mailbox;
}

export function createNotify(deps: NotifyDeps): Notify {
  return {
    work: (message, steps, mailbox) => workDue(deps, message, steps, mailbox),
    runDue: (signal) => runDue(deps, signal),
    async reply({ to, textId, body, gateway, mailbox }) {
      const draft = { key: textId, mailbox, gateway, kind: 'reply', to, body } as const;
      return (await sendOnce(deps, draft, () => body)).created;
    },
    sendOn: async (draft) =>
      (await sendOnce(deps, { ...draft, kind: 'message' }, () => draft.body)).notification,
  };
}

/**
 * What is due when the run begins, and no more: steps wait for texts, and are put off by a second until those are out. Taken again in the
 * same run, many of them on a slow store would keep it from ever coming to the texts.
 */
async function runDue(deps: NotifyDeps, signal: AbortSignal): Promise<number> {
  const began = deps.clock.now();
  const lease = (): number => leaseMs + deps.clock.now().getTime() - began.getTime();
  const steps = await several(signal, async () => {
    const taken = await deps.store.messages.takePending(began, lease());
    if (taken !== undefined) await workSteps(deps, taken.message, [taken.step]);
    return taken !== undefined;
  });
  const texts = await several(signal, async () => {
    const taken = await deps.store.notifications.takeDue(began, lease());
    if (taken?.uncertain)
      deps.log.warn('a text of unknown fate is sent again', { notification: taken.notification.id });
    if (taken !== undefined) {
      const { id, about, message } = taken.notification;
      const of = { notification: id, message: about ?? message };
      await deps.log.within(of, () => sendAgain(deps, taken.notification));
    }
    return taken !== undefined;
  });
  const done = steps + texts;
  if (!signal.aborted) await wakeForNext(deps);
  return done;
}

/** Takes and works a few at once until there are none, so that one slow network does not hold up the others. */
async function several(signal: AbortSignal, workOne: () => Promise<boolean>): Promise<number> {
  let done = 0;
  const lane = async (): Promise<void> => {
    while (!signal.aborted && (await workOne())) done += 1;
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return done;
}

/** What another controller had in hand when it died is due when its lease ends. */
async function wakeForNext(deps: NotifyDeps): Promise<void> {
  const { messages, notifications } = deps.store;
  const due = await Promise.all([messages.nextPendingDue(), notifications.nextDue()]);
  const times = due.flatMap((at) => (at === undefined ? [] : [at.getTime()]));
  if (times.length > 0)
    alarm(deps, new Date(Math.max(Math.min(...times), deps.clock.now().getTime() + leastWaitMs)));
}

/** Those of a new message that are due now; for those that soon will be an alarm is set. */
async function workDue(
  deps: NotifyDeps,
  message: Message,
  steps: readonly PendingStep[],
  mailbox: Mailbox | undefined,
): Promise<void> {
  const now = deps.clock.now();
  const later = steps.map((step) => step.due.getTime()).filter((due) => due > now.getTime());
  if (later.length > 0) alarm(deps, new Date(Math.min(...later)));
  const due = steps.filter((step) => step.due <= now);
  if (due.length > 0) await workSteps(deps, message, due, mailbox);
}

/** All lines about it, whichever room writes them, carry the message's id. */
function workSteps(
  deps: NotifyDeps,
  message: Message,
  steps: readonly PendingStep[],
  known?: Mailbox,
): Promise<void> {
  return deps.log.within({ message: message.id }, () => workAll(deps, message, steps, known));
}

async function workAll(
  deps: NotifyDeps,
  message: Message,
  steps: readonly PendingStep[],
  known: Mailbox | undefined,
): Promise<void> {
  const left = new Map(steps.map((step) => [step.kind, step]));
  const tries = Math.max(0, ...steps.map((step) => step.tries));
  try {
    const mailbox =
      known ?? (await deps.store.mailboxes.get(message.mailbox)) ?? (await deps.adopt?.(message));
    const finished: PendingKind[] = [];
    if (mailbox === undefined) finished.push(...left.keys());
    else {
      const said = left.get('transcribe');
      // Goes on by itself: what tells of the message does not wait for it, nor does what tells of others.
      if (said !== undefined) void deps.transcripts.work(message, said, mailbox);
      left.delete('transcribe');
      if (left.delete('lamp')) await workLamp(deps, message, mailbox, tries);
      const profile = deps.profiles.of(mailbox);
      await holdWhileQuiet(deps, message, profile, left);
      await workKinds(deps, { message, mailbox, profile }, left, finished);
    }
    if (finished.length > 0) await deps.store.messages.finishPending(message.id, finished);
  } catch (error) {
    deps.log.warn('pending steps put back', { error, message: message.id });
    await delay(deps, message, [...left.keys()], stepRetry(deps, tries), error);
  }
}

type Steps = Map<PendingKind, PendingStep>;

/** Puts off what would disturb the subscriber now. */
async function holdWhileQuiet(
  deps: NotifyDeps,
  message: Message,
  profile: ClassOfService,
  left: Steps,
): Promise<void> {
  const end = quietUntil(deps.clock.now(), profile);
  if (end === undefined) return;
  const held = [...left.keys()].filter((kind) => !message.urgent || kind === 'remind' || kind === 'quota');
  await delay(deps, message, held, end, heldReason);
  for (const kind of held) left.delete(kind);
}

/** Apart from the texts: a switch that is away must not hold them up. */
async function workLamp(deps: NotifyDeps, message: Message, mailbox: Mailbox, tries: number): Promise<void> {
  try {
    await deps.lamps.publish(mailbox.id);
    await deps.store.messages.finishPending(message.id, ['lamp']);
  } catch (error) {
    deps.log.warn('lamp not set', { error });
    await delay(deps, message, ['lamp'], stepRetry(deps, tries), error);
  }
}

/** Steps that are not put into `finished` have been put off. */
async function workKinds(
  deps: NotifyDeps,
  about: Case,
  left: ReadonlyMap<PendingKind, PendingStep>,
  finished: PendingKind[],
): Promise<void> {
  const { message, mailbox } = about;
  await workTexts(deps, about, left, finished);
  if (left.has('call')) {
    if (message.state === 'new') await deps.requestCall(mailbox, message.urgent);
    finished.push('call');
  }
  if (left.has('quota')) {
    const counted = await deps.store.mailboxes.get(mailbox.id);
    if (counted !== undefined) await remindOfQuota(deps, message, counted);
    finished.push('quota');
  }
  const reminder = left.get('remind');
  if (reminder === undefined) return;
  const next = await remind(deps, message, reminder.due, mailbox);
  if (next === undefined) finished.push('remind');
  else await delay(deps, message, ['remind'], next, 'its next reminder');
}
