import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config, Secrets } from './config.ts';
import { Fault, isTemporary } from './core/errors.ts';
import type { MasterKey } from './ports/keys.ts';
import type { Log } from './ports/log.ts';
import { openEnvironmentMaster, openFileMaster } from './sealing/master/local.ts';
import { openTransitMaster } from './sealing/master/transit.ts';
import { openSealing, type Sealing } from './sealing/open.ts';
import { openKeyStore } from './storage/open-keys.ts';

/** Longest wait for store and master key at the start, in milliseconds. */
const checkMs = 2000;
/** Between two looks while they are away, in milliseconds. */
const againMs = 5000;

/**
 * Opens what seals and opens; part of the composition root. Without the section `encryption` nothing is sealed.
 * @throws Fault `config-invalid` for a master key that cannot be used, or is not the one that was used before
 */
export async function openConfiguredSealing(
  { encryption, store }: Pick<Config, 'encryption' | 'store'>,
  secrets: Pick<Secrets, 'masterKeys' | 'transitToken'>,
  deps: { readonly log: Log; readonly check?: boolean },
): Promise<Sealing & AsyncDisposable> {
  const { log, check = true } = deps;
  if (encryption === undefined) return { ...openSealing({ log }), async [Symbol.asyncDispose]() {} };
  const master = openMaster(encryption, secrets);
  const { url = store.url, database } = encryption;
  const keys = await openKeyStore({ url, database, timeoutMs: store.timeoutMs }, { log });
  const sealing = openSealing({ log, with: { keys, master } });
  const closing = new AbortController();
  const dispose = async (): Promise<void> => {
    closing.abort();
    await keys[Symbol.asyncDispose]();
  };
  try {
    if (check) await checkAtStart(sealing, log, closing.signal);
  } catch (error) {
    await dispose();
    throw error;
  }
  log.info('messages are sealed', { master: master.name });
  return { ...sealing, [Symbol.asyncDispose]: dispose };
}

function openMaster(
  { master, file, transit }: NonNullable<Config['encryption']>,
  { masterKeys, transitToken }: Pick<Secrets, 'masterKeys' | 'transitToken'>,
): MasterKey {
  if (master === 'file' && file !== undefined) return openFileMaster(file);
  if (master === 'transit' && transit !== undefined) {
    const { ca, ...options } = transit;
    return openTransitMaster({
      ...options,
      token: transitToken,
      ca: ca === undefined ? undefined : readCa(ca),
    });
  }
  return openEnvironmentMaster(masterKeys ?? '');
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const text = `encryption.transit.ca cannot be read: ${(error as Error).message}`;
    throw new Fault('config-invalid', text, { temporary: false, publicText: text });
  }
}

/** Who is away then is asked until it answers; calls are taken meanwhile. */
async function checkAtStart({ keys }: Sealing, log: Log, signal: AbortSignal): Promise<void> {
  if (keys === undefined) return;
  const checked = keys.check().then(
    () => 'right' as const,
    (error: unknown) => {
      if (!isTemporary(error)) throw error;
      return error;
    },
  );
  const first = await Promise.race([checked, sleep(checkMs, 'late' as const, { ref: false })]);
  if (first === 'right') return;
  checked.catch(() => undefined);
  log.warn('the keys cannot be looked at yet', first === 'late' ? {} : { error: first });
  void keepChecking(keys, log, signal);
}

async function keepChecking(
  keys: NonNullable<Sealing['keys']>,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await sleep(againMs, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      await keys.check();
      log.info('the keys are right');
      return;
    } catch (error) {
      if (isTemporary(error)) continue;
      log.error('messages cannot be read', { error });
      return;
    }
  }
}
