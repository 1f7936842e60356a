import assert from 'node:assert/strict';
import { hangup, hear, press, silence, speak } from '../../app/media/scripted/steps.ts';
import { assertHeard, caller, FlowWorld } from './world.ts';

const menu = hear('menu-message-play');

describe('A subscriber who is called', () => {
  const offer = hear('menu-delivery-hear');
  const calls = (world: FlowWorld) => world.rows.map(({ direction, outcome }) => `${direction} ${outcome}`);

  it('hears who calls, presses 1, and hears the message and the menu', async () => {
    const world = new FlowWorld();
    const message = world.add();
    const steps = [offer, press('1'), hear('sound-0'), menu, press('2'), hangup()];
    const { person, end } = await world.deliver(message.id, 'play', steps);
    assertHeard(person.prompts, [
      'delivery-intro',
      'delivery-message',
      'menu-delivery-hear',
      'menu-message-play',
    ]);
    assert.equal(end, 'taken');
    assert.equal(world.stateOf(message), 'saved');
    assert.deepEqual(calls(world), ['outbound deliver']);
  });

  it('a machine that speaks and presses nothing hears no sound of any message, and is to be called again', async () => {
    const world = new FlowWorld();
    const message = world.add();
    const { person, end } = await world.deliver(message.id, 'play', [speak(4000), silence(90_000)]);
    assertHeard(person.prompts, ['delivery-intro', 'menu-delivery-hear', 'no-key-heard', 'goodbye']);
    assert.deepEqual(
      person.heard.filter(({ kind }) => kind === 'stored'),
      [],
    );
    assert.equal(end, 'not-taken');
    assert.equal(world.stateOf(message), 'new');
    assert.deepEqual(calls(world), ['outbound not-taken']);
  });

  it('does not want it now and presses star: is not called again about it', async () => {
    const world = new FlowWorld();
    const message = world.add();
    const { person, end } = await world.deliver(message.id, 'play', [offer, press('*'), silence(60_000)]);
    assertHeard(person.prompts, ['delivery-intro', 'goodbye']);
    assert.equal(end, 'taken');
    assert.equal(world.stateOf(message), 'new');
  });

  it('about a message that was deleted meanwhile: is told so', async () => {
    const world = new FlowWorld();
    const message = world.add();
    await world.deps.retrieval.remove(message);
    const { person, end } = await world.deliver(message.id, 'play', [silence(60_000)]);
    assert.deepEqual(person.prompts, ['reference-deleted', 'goodbye']);
    assert.equal(end, 'taken');
  });

  it('gives the PIN where the class asks all for it, before anything is heard', async () => {
    const world = new FlowWorld({ standard: { pin: 'always' } });
    const message = world.add();
    await world.access.setPin(message.mailbox, '482915', false);
    const pin = hear('enter-pin');
    const stranger = await world.deliver(message.id, 'play', [offer, press('1'), pin, press('*')]);
    assert.ok(!stranger.person.heard.some(({ kind }) => kind === 'stored'));
    assert.equal(stranger.end, 'taken');
    const gone = await world.deliver(message.id, 'play', [offer, press('1'), pin, hangup()]);
    assert.equal(gone.end, 'not-taken');
    const right = [offer, press('1'), pin, press('482915#'), hear('sound-0'), hangup()];
    assert.equal((await world.deliver(message.id, 'play', right)).end, 'taken');
    assert.deepEqual(calls(world), ['outbound refused', 'outbound not-taken', 'outbound deliver']);
  });

  it('to be connected with the sender: presses a key, then hears that they are called', async () => {
    const world = new FlowWorld({ onDial: () => ({ kind: 'busy' }) });
    const message = world.add({ from: { number: caller, private: false } });
    const steps = [hear('menu-connection-connect'), press('1'), silence(60_000)];
    const { person } = await world.deliver(message.id, 'call-sender', steps);
    assertHeard(person.prompts, ['delivery-connect', 'calling-sender', 'sender-busy']);
    assert.equal(world.rows.at(-1)?.outcome, 'connect');
  });

  it('to be connected, and a machine answers: nobody is dialled', async () => {
    const world = new FlowWorld({ onDial: () => ({ kind: 'busy' }) });
    const message = world.add({ from: { number: caller, private: false } });
    const { end } = await world.deliver(message.id, 'call-sender', [silence(90_000)]);
    assert.equal(end, 'not-taken');
    assert.equal(world.media.dialled.length, 0);
  });

  it('and hangs up at once: the call ends, the message stays new, and the record is there', async () => {
    const world = new FlowWorld();
    const message = world.add();
    const { end } = await world.deliver(message.id, 'play', [hangup()]);
    assert.equal(end, 'not-taken');
    assert.equal(world.stateOf(message), 'new');
    assert.equal(world.rows.length, 1);
  });
});
