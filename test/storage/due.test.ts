import assert from 'node:assert/strict';
import type { Document } from 'mongodb';
import { indexes } from '../../app/storage/indexes.ts';
import { takeFirst } from '../../app/storage/take-first.ts';
import { filtersOf, sortsOf } from './explain.ts';
import { fillStore } from './fill-store.ts';
import { openTestStore, type TestStore } from './local-store.ts';
import { at } from './sample.ts';

describe('storage: what is due', function () {
  this.timeout(120_000);
  let opened: TestStore;
  before(async () => {
    opened = await openTestStore();
    await fillStore(opened);
  });
  after(() => opened[Symbol.asyncDispose]());

  it('is read in order, however much waits: nothing is sorted', async () => {
    const explain = (find: Document): Promise<Document> =>
      opened.client.db(opened.database).command({ explain: find, verbosity: 'queryPlanner' });
    const { messages, notifications, deliveries, faxes, arrivals, retention } = opened.store;
    opened.commands.length = 0;
    await messages.takePending(at(0), 1000);
    await messages.nextPendingDue();
    await retention.takeMailbox(at(0), { by: 'a sweeper', until: at(3000) });
    await retention.takeDue(at(0), { by: 'a sweeper', until: at(3000) }, 10);
    await retention.nextDue();
    for (const queue of [notifications, deliveries, faxes, arrivals]) {
      await queue.takeDue(at(0), 1000);
      await queue.nextDue();
    }
    const asked = opened.commands
      .flatMap((event) => filtersOf(event.command))
      .filter((find) => 'sort' in find);
    assert.equal(asked.length, 13);
    for (const { filter, ...find } of asked) {
      // As if all that waits were due: few are sorted in no time.
      const all = Object.entries(filter).map(([field, wanted]) => [
        field,
        { ...(wanted as Document), $lte: at(9e8) },
      ]);
      const plan = await explain({ ...find, filter: Object.fromEntries(all) });
      assert.deepEqual(sortsOf(plan), [], JSON.stringify(find));
    }
  });

  it('is taken by nobody once whoever asked has been told that it failed', async () => {
    const due = opened.client.db(opened.database).collection<{ _id: string; workAt: Date }>('notifications');
    assert.ok(await due.findOne({ workAt: { $exists: true, $lte: at(9e8) } }));
    const deadline = { over: false };
    let looks = 0;
    // As if each time another were quicker.
    const late = {
      findOne: async (...asked: Parameters<typeof due.findOne>) => {
        looks += 1;
        deadline.over = looks === 3;
        return due.findOne(...asked);
      },
      findOneAndUpdate: async () => {
        assert.ok(!deadline.over);
        return null;
      },
    } as unknown as typeof due;
    const update = { $set: { workAt: at(1000) } };
    const taken = await takeFirst(late, 'workAt', {
      now: at(9e8),
      deadline,
      update,
      returnDocument: 'after',
    });
    assert.deepEqual([taken, looks], [undefined, 3]);
  });

  it('no index has a field whose name begins with that of a list: FerretDB would sort all that it finds by it', async () => {
    const database = opened.client.db(opened.database);
    let lists = 0;
    for (const [name, described] of Object.entries(indexes)) {
      const documents = await database.collection(name).find({}, { limit: 50 }).toArray();
      const names = new Set(documents.flatMap(listsOf));
      lists += names.size;
      for (const { key } of described)
        for (const field of Object.keys(key))
          for (const list of names)
            assert.ok(
              field === list || field[list.length] === '.' || !field.startsWith(list),
              `${name}.${field}`,
            );
    }
    assert.ok(lists >= 5, `only ${lists} lists were seen`);
    const plan = await database
      .collection('messages')
      .find({ workAt: { $exists: true, $lte: at(9e8) } }, { sort: { workAt: 1 }, limit: 1 })
      .explain();
    assert.match(JSON.stringify(plan), /"isMultiKey":false/);
    assert.doesNotMatch(JSON.stringify(plan), /"isMultiKey":true/);
  });
});

function listsOf(document: Document): string[] {
  return Object.keys(document).filter((field) => Array.isArray(document[field]));
}
