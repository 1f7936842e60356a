import { openArchive } from '../../../open-archive.ts';
import { quietLog } from '../../office/office.ts';
import { ok, skipped, wrong, type Check } from '../check.ts';

export const archive: Check = {
  name: 'archive',
  about: 'the archive can be written and read',
  async run({ config, secrets }) {
    if (config.archive === undefined) return [skipped('no archive is configured')];
    const fix = 'see that it is up, has room, and that the section archive and its keys are right';
    try {
      const opened = await openArchive(config.archive, secrets, { log: quietLog });
      if (opened === undefined) return [skipped('no archive is configured')];
      await using there = opened;
      await there.ping();
      return [ok(there.name)];
    } catch (error) {
      return [wrong(`the archive cannot be used: ${(error as Error).message}`, fix)];
    }
  },
};
