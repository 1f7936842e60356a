/** Fills a database with messages as a carrier has them, through the room's own documents and indexes. */
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { availableParallelism, constants, setPriority } from 'node:os';
import type { MongoClient } from 'mongodb';
import { indexes } from '../../app/storage/indexes.ts';
import type { MailboxDocument } from '../../app/storage/mailbox-document.ts';
import { makeIndexes } from '../../app/storage/make-indexes.ts';
import { batch, fateOf, perMailbox, seconds, type Making } from './scale-messages.ts';
import { Tally } from './scale-tally.ts';
import { speechOf } from './sound.ts';

const processes = Math.max(3, availableParallelism());

export interface FillOptions extends Pick<Making, 'profiles' | 'now'> {
  readonly url: string;
  readonly client: MongoClient;
  readonly database: string;
  readonly messages: number;
  /** Made before the messages are in, or after. */
  readonly indexes: 'before' | 'after';
  readonly say: (line: string) => void;
}

/** What one of the processes is to do: batches `first`, `first + every` and so on. */
export interface FillWork extends Making {
  readonly url: string;
  readonly database: string;
  readonly messages: number;
  readonly sound: Uint8Array;
  readonly first: number;
  readonly every: number;
}

/** Of the last one `counts` too. */
export interface FillNews {
  readonly done: number;
  readonly counts?: Tally['counts'];
}

export interface Filled {
  readonly messages: number;
  readonly mailboxes: number;
  readonly due: number;
}

export async function fill(options: FillOptions): Promise<Filled> {
  const { client, database, messages, say } = options;
  const db = client.db(database);
  const mailboxes = Math.ceil(messages / perMailbox);
  const make = async (): Promise<void> => {
    for (const [name, list] of Object.entries(indexes)) await makeIndexes(db, name, list);
  };
  const begun = performance.now();
  const taken = (): number => Math.round((performance.now() - begun) / 1000);
  if (options.indexes === 'before') await make();
  const boxes = await fillMessages(options, mailboxes);
  say(`${messages} messages in ${taken()} s`);
  for (let from = 0; from < mailboxes; from += batch) {
    const some = Array.from({ length: Math.min(batch, mailboxes - from) }, (_, k) =>
      boxes.document(from + k, options),
    );
    await db.collection<MailboxDocument>('mailboxes').insertMany(some, { ordered: true });
  }
  if (options.indexes === 'after') await make();
  say(`filled with ${mailboxes} mailboxes, indexes made ${options.indexes}: ${taken()} s`);
  return filledWith(messages);
}

/** What is there once it is filled. */
export function filledWith(messages: number): Filled {
  const due = Array.from({ length: messages }, (_, i) => fateOf(i)).filter((fate) => fate !== 'stays').length;
  return { messages, mailboxes: Math.ceil(messages / perMailbox), due };
}

/** By several processes: a message costs this machine more to make than the store to take. */
async function fillMessages(options: FillOptions, mailboxes: number): Promise<Tally> {
  const { url, database, messages, profiles, now } = options;
  const sound = await speechOf(seconds);
  const sha256 = createHash('sha256').update(sound).digest('hex');
  const common = { url, database, messages, mailboxes, profiles, now, sha256, sound, bytes: sound.length };
  const boxes = new Tally(mailboxes);
  const progress = progressBar(messages, options.say);
  const one = (first: number): Promise<void> => {
    const work: FillWork = { ...common, first, every: processes };
    const child = fork(new URL('scale-fill-worker.ts', import.meta.url), { serialization: 'advanced' });
    // It makes way for whatever else the machine does.
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    return new Promise((done, fail) => {
      child.on('message', (news: FillNews) => {
        progress(news.done);
        if (news.counts !== undefined) boxes.merge(news.counts);
      });
      child.once('error', fail);
      child.once('exit', (code) => (code === 0 ? done() : fail(new Error(`a process ended with ${code}`))));
      child.send(work);
    });
  };
  await Promise.all(Array.from({ length: processes }, (_, first) => one(first)));
  return boxes;
}

/** A line for each twentieth. */
function progressBar(total: number, say: (line: string) => void): (more: number) => void {
  const begun = performance.now();
  let done = 0;
  let told = 0;
  return (more) => {
    done += more;
    const part = Math.floor((done / total) * 20);
    if (part <= told) return;
    told = part;
    const rate = Math.round(done / ((performance.now() - begun) / 1000));
    say(`[${'#'.repeat(part).padEnd(20, '.')}] ${done} of ${total}, ${rate} a second`);
  };
}
