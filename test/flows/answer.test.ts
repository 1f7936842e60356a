import assert from 'node:assert/strict';
import { hangup, hear, speak } from '../../app/media/scripted/steps.ts';
import { access, FlowWorld, subscriber } from './world.ts';

describe('A call that comes in', () => {
  it('our own call to a subscriber, forwarded back to us unanswered: is refused as busy, and no message is made', async () => {
    const world = new FlowWorld();
    const person = await world.call(access, [hangup()], {
      facts: { from: { number: access }, diversions: [{ number: subscriber, reason: 'no-answer' }] },
    });
    assert.equal(person.call.answered, undefined);
    assert.deepEqual(world.taken, []);
    assert.equal(world.rows[0]?.outcome, 'refused');
  });

  it('one call more than are taken at once is refused before anything is answered', async () => {
    const world = new FlowWorld();
    Object.assign(world.deps, { isCrowded: () => true });
    const person = await world.call(subscriber, [hangup()]);
    assert.equal(person.call.answered, undefined);
    assert.equal(world.rows[0]?.outcome, 'refused');
  });

  it('one that a controller had taken before it ended is served on, however many there are', async () => {
    const world = new FlowWorld();
    Object.assign(world.deps, { isCrowded: () => true });
    await world.call(subscriber, [hear('greeting-default'), hear('beep'), speak(2000), hangup()], {
      entry: { kind: 'resumed' },
    });
    assert.equal(world.taken.length, 1);
  });

  it('the reference that was dialled is not written into the call’s record', async () => {
    const world = new FlowWorld();
    const message = world.add();
    await world.call(message.reference, [hangup()]);
    assert.equal(world.rows[0]?.dst, access);
  });

  it('a wrong reference of a caller who is not believed counts against that trunk’s caller, not against the number’s owner', async () => {
    const world = new FlowWorld();
    Object.assign(world.deps, { trunks: [{ name: 'trunk', trusted: false }] });
    const message = world.add();
    await world.call(message.reference, [hangup()]);
    assert.notEqual(world.opened[0]?.asker.key, subscriber);
    assert.equal(world.opened[0]?.asker.trusted, false);
  });
});
