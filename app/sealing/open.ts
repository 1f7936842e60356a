import { Fault } from '../core/errors.ts';
import type { Archive } from '../ports/archive.ts';
import type { FileSeal, KeyStore, MasterKey } from '../ports/keys.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import { noFileSeal, openFileSeal } from './files.ts';
import { Keyring } from './keyring.ts';
import { createReseal } from './reseal.ts';
import {
  masterStates,
  rotateKeys,
  sealAll,
  type MasterState,
  type Rotating,
  type SealedSoFar,
} from './rotate.ts';
import { sealedArchive } from './sealed-archive.ts';
import { sealedStore } from './sealed-store.ts';
import { createSealer } from './sealer.ts';

export type { MasterState, SealedSoFar } from './rotate.ts';

/** What seals everything that is put from now on, and opens what was sealed. */
export interface Sealing {
  store(store: Store): Store;
  archive(archive: Archive | undefined): Archive | undefined;
  /** @param directory where the files are */
  files(directory: string): FileSeal;
  /** Absent without encryption. */
  readonly keys: KeyAdministration | undefined;
}

export interface KeyAdministration {
  /** @throws Fault if the store, or where master keys are, is away */
  states(): Promise<MasterState[]>;
  /** @throws Fault `config-invalid` if a master key that wraps keys of mailboxes is not here; temporary if it cannot be known now */
  check(): Promise<void>;
  rotate(work: Rotating): Promise<number>;
  /** @param store as it is, not sealed */
  sealAll(store: Store, work: Parameters<typeof sealAll>[2]): Promise<SealedSoFar>;
  /** Erases the keys that a master key wraps which is lost. Answers how many. */
  forget(master: string): Promise<number>;
}

/** @param deps without keys nothing is sealed, and what is sealed is refused rather than answered as it lies there */
export function openSealing(deps: {
  readonly log: Log;
  readonly with?: { readonly keys: KeyStore; readonly master: MasterKey } | undefined;
}): Sealing {
  const { log } = deps;
  const keyring = deps.with && new Keyring(deps.with.keys, deps.with.master);
  const sealer = createSealer(keyring, log);
  return {
    store: (store) => sealedStore(store, sealer),
    archive: (archive) => archive && sealedArchive(archive, sealer),
    files: (directory) =>
      deps.with === undefined ? noFileSeal : openFileSeal(directory, deps.with.master, log),
    keys: deps.with && {
      ...administration(deps.with),
      sealAll: (store, work) => sealAll(store, createReseal(store, sealer), work),
    },
  };
}

function administration({ keys, master }: { readonly keys: KeyStore; readonly master: MasterKey }) {
  return {
    states: () => masterStates(keys, master),
    rotate: (work: Rotating) => rotateKeys(keys, master, work),
    async check() {
      const gone = (await masterStates(keys, master)).filter((state) => state.lost !== undefined);
      if (gone.length === 0) return;
      const lines = gone.map((one) => `${one.master}: ${one.keys} mailboxes; ${one.lost}`);
      const text = `encryption: master keys are missing, without which messages cannot be read:\n  ${lines.join('\n  ')}`;
      throw new Fault('config-invalid', text, { temporary: false, publicText: text });
    },
    async forget(name: string) {
      const [one] = await keys.wrappedBy(name, undefined, 1);
      if (one === undefined) return 0;
      for (let erased = 0; ;) {
        const some = await keys.wrappedBy(name, undefined, 200);
        for (const { mailbox } of some) if (await keys.erase(mailbox)) erased += 1;
        if (some.length === 0) return erased;
      }
    },
  };
}
