/**
 * What was said, in writing: by the step `transcribe` of a message, apart from all that tells of it, or because its subscriber
 * asks for it.
 */
import { isTimed } from '../core/conversion/media-type.ts';
import { Fault, isTemporary } from '../core/errors.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message, PendingStep } from '../core/message/message.ts';
import { packTimes } from '../core/message/spoken.ts';
import { wordsOf } from '../core/message/text-part.ts';
import { nextTry } from '../core/notification/retry.ts';
import type { ConvertOptions } from '../ports/convert.ts';
import type { Store } from '../ports/store.ts';
import type { Conversions } from './conversions.ts';
import { Places } from './places.ts';
import type { Profiles } from './profile.ts';
import { delay, type StepDeps } from './put-off.ts';

/** Messages written down at once: who waits on the telephone has the other places of conversions. */
const atOnce = 2;
/** Messages that wait for their turn; more are put off. */
const mostWaiting = 16;
/** A step is kept from other controllers for so long, and again and again while it waits or is worked. */
const usualLease = { ms: 30_000, renewMs: 10_000 };
/** Longest time for one message, in milliseconds. */
const longestMs = 15 * 60_000;
/** What fails for now is tried again after ever longer times, for some hours in all. */
const retry = { maxTries: 20, firstRetryMs: 30_000, maxRetryMs: 30 * 60_000 };

export interface TranscriptDeps extends StepDeps {
  readonly store: {
    readonly messages: Pick<
      Store['messages'],
      'setTranscript' | 'finishPending' | 'delayPending' | 'extendPending'
    >;
  };
  readonly conversions: Pick<Conversions, 'part' | 'words'>;
  readonly profiles: Profiles;
  /** How long a step is kept from other controllers, and how often that is renewed, in milliseconds. */
  readonly lease?: { readonly ms: number; readonly renewMs: number };
}

export interface Transcripts {
  /**
   * What a message says, written down now where nobody has yet; `undefined` if it has no words, nothing was understood, or
   * nothing here understands speech.
   * @throws Fault of the conversion that failed; with the signal's reason
   */
  read(message: Message, options: ConvertOptions): Promise<string | undefined>;
  /** Works the step, which this process holds: it may take minutes. Never rejects: what fails for now is put off. */
  work(message: Message, step: PendingStep, mailbox: Mailbox): Promise<void>;
  /** Gives up what is under way, for another controller to take over. */
  stop(): Promise<void>;
}

export function createTranscripts(deps: TranscriptDeps): Transcripts {
  const work: Working = { ...deps, places: new Places(atOnce, mostWaiting) };
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  return {
    async read(message, options) {
      const words = await deps.conversions.words(message, 'text/plain', options);
      return words === undefined ? write(work, message, options) : wordsOf(words.bytes);
    },
    work(message, step, mailbox) {
      const worked = workStep({ ...work, stopping: stopping.signal }, message, step, mailbox);
      const ended = worked.finally(() => running.delete(ended));
      running.add(ended);
      return ended;
    },
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

interface Working extends TranscriptDeps {
  readonly places: Places;
}

/** In its turn; what it waited does not count. */
function write(
  deps: Working,
  message: Message,
  { language, signal: given }: ConvertOptions,
): Promise<string | undefined> {
  return deps.places.run(async () => {
    const limit = AbortSignal.timeout(longestMs);
    const signal = given === undefined ? limit : AbortSignal.any([given, limit]);
    try {
      return await writeDown(deps, message, { language, signal });
    } catch (error) {
      throw limit.aborted ? tooLong(error) : error;
    }
  }, given);
}

/** One part that cannot be understood does not hinder the others. */
async function writeDown(
  { conversions, store }: TranscriptDeps,
  message: Message,
  options: ConvertOptions,
): Promise<string | undefined> {
  const said: { readonly index: number; readonly text: string; readonly spans: string | undefined }[] = [];
  let failed: unknown;
  for (const [index, part] of message.envelope.parts.entries()) {
    if (!isTimed(part.contentType)) continue;
    try {
      const content = await conversions.part(message, index, 'text/plain', options);
      const text = content === undefined ? '' : wordsOf(content.bytes);
      if (text !== '') said.push({ index, text, spans: content?.spans });
    } catch (error) {
      if (isTemporary(error)) throw error;
      failed ??= error;
    }
  }
  const words = said.map(({ text }) => text).join('\n\n');
  if (words === '') {
    if (failed !== undefined) throw failed;
    return undefined;
  }
  const times = packTimes(said);
  const given = times === undefined ? {} : { times };
  return (await store.messages.setTranscript(message.id, words, given))?.transcript;
}

async function workStep(
  deps: Working & { readonly stopping: AbortSignal },
  message: Message,
  step: PendingStep,
  mailbox: Mailbox,
): Promise<void> {
  const { store, clock, log, stopping, lease = usualLease } = deps;
  const { language } = deps.profiles.of(mailbox);
  const extend = (): Promise<void> =>
    store.messages.extendPending(message.id, 'transcribe', new Date(clock.now().getTime() + lease.ms));
  const renewal = setInterval(() => {
    extend().catch((error: unknown) => log.warn('a lease was not renewed', { error, message: message.id }));
  }, lease.renewMs);
  try {
    const wanted = message.transcript === undefined && message.state !== 'deleted';
    if (wanted) await write(deps, message, { language, signal: stopping });
    await store.messages.finishPending(message.id, ['transcribe']);
  } catch (error) {
    await afterFailure(deps, message, step, error);
  } finally {
    clearInterval(renewal);
  }
}

async function afterFailure(
  deps: Working & { readonly stopping: AbortSignal },
  message: Message,
  step: PendingStep,
  error: unknown,
): Promise<void> {
  const { clock, log, stopping } = deps;
  const now = clock.now();
  if (stopping.aborted) {
    await delay(deps, message, ['transcribe'], now, 'the controller was stopped');
    return;
  }
  const due = isTemporary(error) ? nextTry(Math.max(1, step.tries), retry, now) : undefined;
  const what = { error, message: message.id, tries: step.tries };
  if (due !== undefined) {
    log.info('a message is written down later', what);
    await delay(deps, message, ['transcribe'], due, error);
    return;
  }
  log.warn('a message is not written down', what);
  try {
    await deps.store.messages.finishPending(message.id, ['transcribe']);
  } catch (fault) {
    await delay(deps, message, ['transcribe'], now, fault);
  }
}

/** It would take as long the next time. */
function tooLong(cause: unknown): Fault {
  const text = `a message was not written down within ${longestMs} ms`;
  return new Fault('media-failed', text, { temporary: false, cause });
}
