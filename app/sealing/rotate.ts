/** What an operator does with keys: all of them, with word of how far it is. */
import type { MailboxId } from '../core/ids.ts';
import { isTemporary } from '../core/errors.ts';
import type { KeyStore, MasterKey } from '../ports/keys.ts';
import type { Store } from '../ports/store.ts';
import { aboutKey } from './keyring.ts';
import type { Reseal } from './reseal.ts';

const atOnce = 200;

export interface MasterState {
  readonly master: string;
  /** Keys that it wraps. */
  readonly keys: number;
  readonly current: boolean;
  /** Why what it wraps cannot be opened, where that is so. */
  readonly lost?: string;
}

/** Each master key that wraps anything, and whether it is here. @throws Fault if the store, or where master keys are, is away */
export async function masterStates(keys: KeyStore, master: MasterKey): Promise<MasterState[]> {
  const current = await master.current();
  const states: MasterState[] = [];
  for (const [name, count] of await keys.masters()) {
    const [one] = await keys.wrappedBy(name, undefined, 1);
    const wrong = one && (await master.unwrap(one, aboutKey(one)).then(() => undefined, whyLost));
    states.push({
      master: name,
      keys: count,
      current: name === current,
      ...(wrong === undefined ? {} : { lost: wrong }),
    });
  }
  return states;
}

function whyLost(error: unknown): string {
  if (isTemporary(error)) throw error;
  return (error as Error).message;
}

export interface Rotating {
  readonly signal: AbortSignal;
  onProgress(done: number): void;
}

/** Wraps the keys of all mailboxes with the current master key; nothing that they seal is touched. Answers how many. */
export async function rotateKeys(keys: KeyStore, master: MasterKey, work: Rotating): Promise<number> {
  const current = await master.current();
  let done = 0;
  for (const [name] of await keys.masters()) {
    if (name === current) continue;
    for (let after: string | undefined; !work.signal.aborted;) {
      const some = await keys.wrappedBy(name, after, atOnce);
      for (const key of some) {
        const about = aboutKey(key);
        const by = await master.wrap(await master.unwrap(key, about), about);
        if (await keys.rewrap(key, by)) done += 1;
        work.onProgress(done);
        if (work.signal.aborted) break;
      }
      after = some.at(-1)?.id;
      if (some.length < atOnce) break;
    }
  }
  return done;
}

export interface SealedSoFar {
  messages: number;
  media: number;
  /** Messages that lie in the archive as they were put there. */
  archived: number;
  failed: number;
}

/**
 * Seals all that was put without encryption: messages, what lies with them, and greetings. It may be ended and begun anew at any
 * time, beside controllers that take calls.
 * @param store as it is, not sealed
 */
export async function sealAll(
  store: Store,
  reseal: Reseal,
  work: { readonly signal: AbortSignal; onProgress(so: SealedSoFar): void; onFailed(error: unknown): void },
): Promise<SealedSoFar> {
  const so: SealedSoFar = { messages: 0, media: 0, archived: 0, failed: 0 };
  const tried = async (one: () => Promise<void>): Promise<void> => {
    try {
      await one();
    } catch (error) {
      if (isTemporary(error)) throw error;
      so.failed += 1;
      work.onFailed(error);
    }
  };
  for (let after: MailboxId | undefined; !work.signal.aborted;) {
    const some = await store.mailboxes.list(after, atOnce);
    for (const { id, settings } of some) {
      const { name, unavailable, busy, temporary } = settings.greetings ?? {};
      for (const greeting of [name, unavailable, busy, temporary]) {
        if (greeting !== undefined)
          await tried(async () => {
            if (await reseal.media(greeting.media, id)) so.media += 1;
          });
      }
      for await (const message of store.retention.messagesOf(id)) {
        if (work.signal.aborted) return so;
        if (message.tier === 'archived' && message.sealed === undefined) so.archived += 1;
        if (message.sealed !== undefined) continue;
        await tried(async () => {
          if ((await reseal.message(message.id)) !== undefined) so.messages += 1;
        });
        work.onProgress(so);
      }
    }
    after = some.at(-1)?.id;
    if (some.length < atOnce) break;
  }
  return so;
}
