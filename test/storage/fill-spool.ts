/** A process that spools deposits until it is ended or the disk is full; `filled-spool.test.ts` and `spool.test.ts` start it. */
import { openSpool } from '../../app/storage/spool/open.ts';
import { silentLog } from '../ports/silent-log.ts';
import { sampleDeposit } from './sample.ts';

const [directory, size, stopAtFull] = process.argv.slice(2);
const spool = await openSpool({ directory: directory ?? '' }, { log: silentLog });
const line = (text: string) => new Promise((done) => process.stdout.write(`${text}\n`, done));
await line('ready');
for (let i = 0; ; i += 1) {
  const id = `deposit ${i}`;
  try {
    await spool.put(sampleDeposit(id, Number(size)));
    await line(id);
  } catch (error) {
    const { code, temporary } = error as { code: string; temporary: boolean };
    await line(JSON.stringify({ code, temporary, size: spool.size }));
    if (stopAtFull) break;
  }
}
if (stopAtFull) {
  // Room again: the next one goes in, and what was there is whole.
  const waiting: string[] = [];
  for await (const deposit of spool.list()) waiting.push(deposit.draft.origin.id);
  await line(JSON.stringify({ waiting }));
  await spool.remove(sampleDeposit(waiting[0] ?? '', 0));
  await spool.put(sampleDeposit('after', Number(size)));
  const { readdir } = await import('node:fs/promises');
  await line(
    JSON.stringify({ files: await readdir(directory ?? ''), damaged: await readdir(`${directory}/damaged`) }),
  );
}
