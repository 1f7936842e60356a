import { readTag } from '../../core/message/recording-tag.ts';
import type { Log } from '../../ports/log.ts';
import type { StrayRecording, Take } from '../../ports/media.ts';
import { abandonedMs, settledMs } from '../parts/stray-age.ts';
import type { Takes } from './takes.ts';

export interface StrayDeps {
  readonly takes: Takes;
  /** Recordings of calls that this process has in hand. */
  readonly owned: (tag: string) => boolean;
  /** Whether the switch has this channel. @throws if it cannot be asked */
  readonly isUp: (channel: string) => Promise<boolean>;
  readonly startedAt: () => Date | undefined;
  readonly now: () => Date;
  /** Time between two looks, in milliseconds. */
  readonly everyMs: number;
  readonly log: Log;
}

/** Looks through the folder again and again: recordings that belong to no call that is up. */
export async function* followStrays(
  deps: StrayDeps,
  over: AbortSignal,
): AsyncGenerator<StrayRecording, void, undefined> {
  while (!over.aborted) {
    try {
      for (const stray of await findStrays(deps)) {
        if (over.aborted) return;
        yield stray;
      }
    } catch (error) {
      deps.log.debug('the recordings could not be looked through', { error: String(error) });
    }
    await pause(deps.everyMs, over);
  }
}

async function findStrays(deps: StrayDeps): Promise<StrayRecording[]> {
  const strays: StrayRecording[] = [];
  await deps.takes.bringAll(async (tag) => {
    const { callId } = readTag(tag) ?? {};
    return callId !== undefined && !deps.owned(tag) && !(await deps.isUp(callId));
  });
  for (const { tag, fax, modified } of await deps.takes.list()) {
    const read = readTag(tag);
    if (read === undefined || deps.owned(tag)) continue;
    const age = deps.now().getTime() - modified.getTime();
    if (age < settledMs || (await deps.isUp(read.callId))) continue;
    const take: Take | undefined = fax
      ? deps.takes.faxTake(tag, () => undefined)
      : await deps.takes.take(tag, () => undefined);
    if (deps.owned(tag)) continue;
    if (take === undefined) {
      if (age > abandonedMs) await deps.takes.removeEmpty(tag);
      continue;
    }
    const started = deps.startedAt();
    const cut = started !== undefined && modified < started;
    strays.push({ take, modified, cut, ...(fax ? { fax: { facts: undefined, complete: false } } : {}) });
  }
  return strays.toSorted((a, b) => a.modified.getTime() - b.modified.getTime());
}

function pause(ms: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      over.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    over.addEventListener('abort', done);
    if (over.aborted) done();
  });
}
