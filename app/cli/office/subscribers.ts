/** What subscribers are kept by: the directory, their PINs, and tables of them. */
import type { Tables } from '../../ports/tables.ts';
import { openHasher } from '../../secrets/open.ts';
import type { Archiving } from '../../services/archiving.ts';
import { createDirectory, type Directory } from '../../services/directory.ts';
import type { ImportDeps } from '../../services/directory-import.ts';
import { createPinDesk, type PinDesk } from '../../services/pin-desk.ts';
import { openPromptCatalog } from '../../speech/open.ts';
import { openTables } from '../../tables/open.ts';
import { systemClock as clock } from '../../telemetry/system-clock.ts';
import { systemRandom as random } from '../../telemetry/system-random.ts';
import type { Office } from './office.ts';

export interface SubscriberOffice {
  readonly directory: Directory;
  readonly tables: Tables;
  readonly importing: ImportDeps;
  readonly pins: PinDesk;
}

/**
 * @param archiving of archived messages, for those who are removed
 * @throws Fault `not-found` if no prompts were built: they say which languages there are
 */
export async function subscriberOffice(
  office: Office,
  archiving?: Pick<Archiving, 'forget'>,
): Promise<SubscriberOffice> {
  const { config, secrets, store, plan, classes, auditor, log } = office;
  const { languages } = await openPromptCatalog(config.prompts, { log });
  const directory = createDirectory({
    store,
    plan,
    classes,
    languages,
    clock,
    random,
    archiving,
  });
  const hasher = openHasher({ ...config.pins, pepper: secrets.pinPepper });
  return {
    directory,
    tables: openTables(),
    importing: { store, directory, clock, random },
    pins: createPinDesk({ store, hasher, auditor, clock, random }),
  };
}
