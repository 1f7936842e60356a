import assert from 'node:assert/strict';
import { bob, openRulesWorld, type RulesWorld } from './rules-world.ts';

const ana = '+12025550123';
const carol = '+12025550163';

describe('A subscriber who texts FIND', function () {
  this.timeout(60_000);
  let world: RulesWorld;

  before(async () => {
    world = await openRulesWorld();
    world.at('2026-01-05T12:00:00Z');
  });
  after(() => world[Symbol.asyncDispose]());

  /** The answer without the number that it goes to. */
  async function answered(body: string): Promise<string | undefined> {
    world.told();
    await world.answer(bob, body);
    return world.told()[0]?.slice(bob.length + 2);
  }

  it('gets sender, time and reference of the newest that have the word, and opens one with that', async () => {
    const key = await world.leave(bob, { from: ana });
    await world.test.store.messages.setTranscript(key.id, 'I forgot my umbrella at your place');
    world.at('2026-01-05T12:30:00Z');
    const newer = await world.leave(bob, { from: carol });
    await world.test.store.messages.setTranscript(newer.id, 'Umbrellas, and your UMBRELLA');
    assert.equal(
      await answered('FIND umbrella'),
      `${carol} 12:30 ${newer.reference}; ${ana} 12:00 ${key.reference}. Reply with a reference to listen.`,
    );
    assert.match((await answered('buscar umbrel*')) ?? '', new RegExp(newer.reference));
    assert.equal(
      await answered(`find (202) 555-0123`),
      `${ana} 12:00 ${key.reference}. Reply with a reference to listen.`,
    );
    assert.match((await answered(`TEXT ${key.reference}`)) ?? '', /^I forgot my umbrella/);
    await answered(`DELETE ${newer.reference}`);
    assert.match((await answered('FIND umbrella')) ?? '', new RegExp(`^\\${ana} 12:00 ${key.reference}\\.`));
  });

  it('is told where nothing is found, where no word is given, and where there are too many', async () => {
    assert.match((await answered('FIND elephant')) ?? '', /^No message was found/);
    assert.match((await answered('FIND')) ?? '', /^Write FIND and then a word/);
    assert.match((await answered('FIND the of and')) ?? '', /^Write FIND and then a word/);
    assert.match((await answered(`FIND ${'word '.repeat(60)}`)) ?? '', /^That is too much/);
    assert.match((await answered('FIND .*|$ne')) ?? '', /^No message was found/);
  });

  it('is told once if the mailbox is suspended, and finds when it is served again', async () => {
    const { mailboxes } = world.test.store;
    const { id } = (await mailboxes.find(bob))!;
    await mailboxes.update(id, { status: 'suspended' });
    assert.match((await answered('FIND umbrella')) ?? '', /^Your mailbox is suspended/);
    assert.equal(await answered('FIND umbrella'), undefined);
    assert.match((await answered('START')) ?? '', /^You will get texts about new messages again/);
    await mailboxes.update(id, { status: 'active' });
    assert.match((await answered('FIND umbrella')) ?? '', new RegExp(`^\\${ana} 12:00`));
  });

  it('finds nothing in the mailbox of another', async () => {
    const theirs = await world.leave(carol as typeof bob, { from: ana });
    await world.test.store.messages.setTranscript(theirs.id, 'the treasure is under the tree');
    assert.match((await answered('FIND treasure')) ?? '', /^No message was found/);
  });
});
