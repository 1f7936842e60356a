/** Where archived messages lie, opened when it is needed. */
import { openArchive } from '../../open-archive.ts';
import type { Archive } from '../../ports/archive.ts';
import { createArchiving } from '../../services/archive.ts';
import { noArchive } from '../../services/no-archive.ts';
import { systemClock as clock } from '../../telemetry/system-clock.ts';
import { systemDigest as digest } from '../../telemetry/system-digest.ts';
import { systemRandom as random } from '../../telemetry/system-random.ts';
import type { Office } from './office.ts';

export interface Archived extends AsyncDisposable {
  /** Absent: none is configured. */
  readonly archive: Archive | undefined;
  readonly archiving: ReturnType<typeof createArchiving>;
}

export async function openArchived({ config, secrets, store, sealing, log }: Office): Promise<Archived> {
  const archive = sealing.archive(await openArchive(config.archive, secrets, { log }));
  return {
    archive,
    archiving: createArchiving({ store, archive: archive ?? noArchive, digest, clock, random, log }),
    async [Symbol.asyncDispose]() {
      await archive?.[Symbol.asyncDispose]();
    },
  };
}
