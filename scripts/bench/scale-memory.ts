/** Memory of the controller over a large store and over a small one, in turns. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openController } from '../stack/controller.ts';
import { memoryOf } from './cpu.ts';
import { resultOf, type Result } from './result.ts';
import { mailboxNumber } from './scale-messages.ts';
import { leaveMessages } from './sipp-load.ts';
import { access, callerNumber, type Stage } from './stage.ts';
import { median } from './statistics.ts';

const calls = 20;
const watchMs = 10_000;

export async function compareMemory(
  stage: Stage,
  databases: { readonly large: string; readonly small: string },
  { classes, rounds }: { readonly classes: Readonly<Record<string, unknown>>; readonly rounds: number },
): Promise<Result[]> {
  const ours: number[] = [];
  const native: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    native.push(await memoryOver(stage, databases.small, classes));
    ours.push(await memoryOver(stage, databases.large, classes));
  }
  return [
    resultOf({
      name: 'memory of the controller',
      unit: 'MiB',
      ours,
      native,
      target: { of: 'ratio', most: 1.1 },
    }),
  ];
}

/** After some messages were left, in MiB. */
async function memoryOver(
  stage: Stage,
  database: string,
  classes: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { asterisk, local } = stage;
  await using controller = await openController({
    directory: join(stage.directory, 'controller'),
    config: {
      numbers: {
        access: [access],
        country: 'US',
        ranges: [{ from: '+12020000000', to: '+12029999999', class: 'usual' }],
      },
      classes,
      store: { database },
      trunks: [{ name: 'trunk', host: '127.0.0.1', port: stage.network.port, trusted: true }],
      asterisk: { url: asterisk.ariUrl, user: asterisk.user, spool: asterisk.spool },
      prompts: { directory: join(stage.directory, 'prompts') },
      web: { port: 0 },
    },
    env: { MONGODB_URL: local.url, ASTERISK_ARI_PASSWORD: asterisk.password },
    readyMs: 120_000,
  });
  const { failed } = await leaveMessages({
    server: stage.server,
    numbers: Array.from({ length: calls }, (_, n) => ({
      to: mailboxNumber(n * 7 + 1),
      from: callerNumber(n),
    })),
    callsPerSecond: 5,
    calls,
    messageSeconds: 2,
    folder: `${stage.directory}/load`,
  });
  if (failed > calls / 2) throw new Error(`${failed} of ${calls} calls failed`);
  const seen: number[] = [];
  for (const end = performance.now() + watchMs; performance.now() < end;) {
    seen.push(memoryOf(controller.pid));
    await pause(250);
  }
  return median(seen);
}
