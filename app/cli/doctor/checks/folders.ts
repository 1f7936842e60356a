import { constants } from 'node:fs';
import { access, readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { age, bytes } from '../../output/text.ts';
import { ok, warn, wrong, type Check, type Finding } from '../check.ts';

/** Free space below which there is a warning, and below which it is wrong, in bytes: hours and minutes of messages. */
const littleBytes = 1_000_000_000;
const leastBytes = 100_000_000;
/** A deposit that waits for longer is stuck, in milliseconds: a running controller tries every few seconds. */
const stuckMs = 300_000;
/** A recording that nobody took in for so long, in milliseconds; a call lasts a few minutes. */
const strayMs = 3_600_000;

export const spool: Check = {
  name: 'spool',
  about: 'the folder of deposits can be written, has room, and nothing is stuck in it',
  async run({ config }) {
    const { directory } = config.spool;
    const at = await writable(directory);
    if (at !== undefined)
      return [
        wrong(
          `the spool folder ${directory} ${at}`,
          'start the controller, which makes it, or give it to the account of the controller',
        ),
      ];
    const found = [...(await space(directory, 'spool'))];
    const waiting = await entries(directory, (name) => name.endsWith('.deposit'));
    const oldest = Math.max(0, ...waiting);
    if (oldest > stuckMs)
      found.push(
        wrong(
          `${waiting.length} deposits wait in ${directory}, the oldest for ${age(oldest)}`,
          'see that the store answers and a controller runs: it brings them in by itself',
        ),
      );
    const damaged = await entries(join(directory, 'damaged'), () => true);
    if (damaged.length > 0)
      found.push(
        warn(
          `${damaged.length} damaged deposits lie in ${join(directory, 'damaged')}`,
          'look at them, and at the disk; remove them when they are not wanted',
        ),
      );
    return found.length > 0 ? found : [ok(`${directory}: ${waiting.length} deposits wait`)];
  },
};

export const recordings: Check = {
  name: 'recordings',
  about: "the switch's folder of recordings can be seen from here, and nothing is left in it",
  ofAsterisk: true,
  async run({ config }) {
    const folder = config.asterisk.spool;
    if (folder === undefined)
      return [
        warn(
          'asterisk.spool is not set: messages are taken in over ARI, and none can be heard by telephone',
          "set it to Asterisk's folder, /var/spool/asterisk/recording, on the machine of the switch",
        ),
      ];
    const at = await writable(folder);
    if (at !== undefined)
      return [
        wrong(
          `the switch's folder ${folder} ${at}`,
          'correct asterisk.spool, or give the controller a part in it (docs/operations.md)',
        ),
      ];
    const found = [...(await space(folder, 'recordings'))];
    const own = join(folder, 'answerback');
    const old = (await entries(own, () => true)).filter((ms) => ms > strayMs);
    if (old.length > 0)
      found.push(
        warn(
          `${old.length} recordings lie in ${own}, the oldest for ${age(Math.max(...old))}`,
          'a running controller takes them in: see its log for `stray`',
        ),
      );
    const [here, there] = await Promise.all([
      stat(folder).catch(() => undefined),
      stat(config.spool.directory).catch(() => undefined),
    ]);
    if (here !== undefined && there !== undefined && here.dev !== there.dev)
      found.push(ok(`${folder} is on another file system than the spool folder`));
    return found.length > 0 ? found : [ok(folder)];
  },
};

/** What is wrong with it; `undefined` if nothing is. */
async function writable(folder: string): Promise<string | undefined> {
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) return 'is not there';
  if (!found.isDirectory()) return 'is no folder';
  return access(folder, constants.R_OK | constants.W_OK | constants.X_OK).then(
    () => undefined,
    () => 'may not be written by this account',
  );
}

async function space(folder: string, name: string): Promise<readonly Finding[]> {
  const { bavail, bsize, ffree, files } = await statfs(folder);
  const free = bavail * bsize;
  const fix = `make room on the disk of ${folder}`;
  if (free < leastBytes) return [wrong(`only ${bytes(free)} are free for ${name}`, fix)];
  if (free < littleBytes) return [warn(`only ${bytes(free)} are free for ${name}`, fix)];
  // Some file systems do not count them.
  if (files > 0 && ffree < 1000) return [wrong(`only ${ffree} files more fit on the disk for ${name}`, fix)];
  return [];
}

/** How old each is, in milliseconds. */
async function entries(folder: string, wanted: (name: string) => boolean): Promise<readonly number[]> {
  const names = (await readdir(folder).catch(() => [])).filter(wanted);
  const now = Date.now();
  const ages = await Promise.all(
    names.map(async (name) => {
      const found = await stat(join(folder, name)).catch(() => undefined);
      return found === undefined ? [] : [now - found.mtimeMs];
    }),
  );
  return ages.flat();
}
