import assert from 'node:assert/strict';
import { tone } from '../../scripts/audio/tone.ts';
import { faxes, hangup, hear, press, speak } from '../../app/media/scripted/steps.ts';
import { answerCall } from '../../app/flows/answer.ts';
import { Fault } from '../../app/core/errors.ts';
import { faxTiff } from '../fax/tiff.ts';
import { access, caller, FlowWorld, mailbox, subscriber, type WorldOptions } from './world.ts';

const document = faxTiff(3, 200);
const machine = faxes(document, { station: '+1 202 555 0166' });
const facts = { station: '+1 202 555 0166', rate: 14_400, mode: 't38' };

/** The call, and, where its tone was heard, the leg that came anew. */
async function calls(world: FlowWorld, steps: Parameters<FlowWorld['call']>[1], to: string = subscriber) {
  const person = await world.call(to, steps);
  const fax = world.media.callers.at(-1);
  if (fax !== undefined && fax !== person) await answerCall(fax.call, world.deps);
  return { person, fax };
}

function open(options?: WorldOptions): FlowWorld {
  return new FlowWorld(options);
}

describe('A fax that comes in', () => {
  it('during the greeting is a message of its pages, with what the machines agreed on', async () => {
    const world = open();
    await calls(world, [hear('greeting-default'), machine]);
    assert.equal(world.taken.length, 1);
    const [deposit] = world.taken;
    assert.ok(deposit !== undefined);
    const { draft, contentType, pages, bytes } = deposit;
    assert.deepEqual(
      [draft.kind, draft.origin.network, draft.to, draft.from.number],
      ['fax', 'fax', subscriber, caller],
    );
    assert.deepEqual(draft.fax, facts);
    assert.deepEqual([contentType, pages, draft.cut], ['image/tiff', 3, false]);
    assert.equal(Buffer.compare(bytes, document), 0);
    assert.match(draft.origin.id, /~x0$/);
    // Nothing is left at the switch.
    assert.deepEqual(world.media.takes, []);
  });

  it('has one record, with pages and speed', async () => {
    const world = open();
    await calls(world, [hear('greeting-default'), machine]);
    assert.deepEqual(
      world.rows.map(({ outcome, direction, dst, fax }) => ({ outcome, direction, dst, fax })),
      [{ outcome: 'fax', direction: 'inbound', dst: subscriber, fax: { pages: 3, success: true, facts } }],
    );
  });

  it('during the recording leaves no voice message of its tone', async () => {
    const world = open();
    await calls(world, [hear('beep'), speak(tone(1100, 460)), machine]);
    assert.deepEqual(
      world.taken.map(({ draft }) => draft.kind),
      ['fax'],
    );
    assert.deepEqual(world.media.takes, []);
  });

  it('after somebody spoke leaves what they said too, without the tone', async () => {
    const world = open();
    await calls(world, [hear('beep'), speak(2000), speak(tone(1100, 460)), machine]);
    assert.deepEqual(
      world.taken.map(({ draft }) => draft.kind),
      ['voice', 'fax'],
    );
    assert.equal(world.taken[0]?.bytes.length, 2000 * 8);
    assert.equal(world.taken[0]?.durationMs, 2000);
    assert.deepEqual(
      world.rows.map(({ outcome }) => outcome),
      ['deposit', 'fax'],
    );
  });

  it('that breaks off keeps the pages that came, and says so', async () => {
    const world = open();
    await calls(world, [hear('greeting-default'), faxes(document, { breaksOff: true })]);
    assert.deepEqual(
      world.taken.map(({ draft, pages }) => [draft.cut, pages]),
      [[true, 3]],
    );
    assert.deepEqual(world.rows[0]?.fax, {
      pages: 3,
      success: false,
      facts: { rate: 14_400, mode: 't38' },
    });
  });

  it('without a page is no message', async () => {
    const world = open();
    await calls(world, [hear('greeting-default'), faxes(Buffer.from('II*\0\0\0\0\0', 'latin1'))]);
    assert.deepEqual(world.taken, []);
    assert.deepEqual(
      world.rows.map(({ outcome }) => outcome),
      ['empty'],
    );
  });

  it('to a full mailbox fails at its sender', async () => {
    const world = open();
    world.onFind = async () => mailbox({ new: 10, old: 0, urgent: 0 });
    const { fax } = await calls(world, [hear('mailbox-full'), machine]);
    assert.deepEqual(world.taken, []);
    assert.deepEqual(
      fax?.remaining.map(({ kind }) => kind),
      ['fax'],
    );
    assert.deepEqual(
      world.rows.map(({ outcome }) => outcome),
      ['full'],
    );
  });

  it('to a number that is not served, or to ours, fails at its sender', async () => {
    for (const [to, prompt] of [
      ['+12025990000', 'number-not-served'],
      [access, 'welcome'],
    ] as const) {
      const world = open();
      const { fax } = await calls(world, [...(prompt === 'welcome' ? [] : [hear(prompt)]), machine], to);
      assert.deepEqual(world.taken, [], to);
      assert.deepEqual(
        fax?.remaining.map(({ kind }) => kind),
        ['fax'],
        to,
      );
    }
  });

  it('is not taken where the class says so', async () => {
    const world = open({ standard: { fax: 'off' } });
    const { fax } = await calls(world, [hear('greeting-default'), machine]);
    assert.deepEqual(world.taken, []);
    assert.deepEqual(
      fax?.remaining.map(({ kind }) => kind),
      ['fax'],
    );
  });

  it('is received at once at a number that is a fax machine, and nothing is said', async () => {
    const world = open({ standard: { fax: 'only' } });
    const { person } = await calls(world, [machine]);
    assert.deepEqual(person.heard, []);
    assert.deepEqual(
      world.taken.map(({ draft }) => draft.kind),
      ['fax'],
    );
    assert.deepEqual(
      world.rows.map(({ outcome }) => outcome),
      ['fax'],
    );
  });

  it('a person who calls such a number leaves nothing', async () => {
    const world = open({ standard: { fax: 'only' } });
    await calls(world, [speak(3000), hangup()]);
    assert.deepEqual(world.taken, []);
    assert.deepEqual(
      world.rows.map(({ outcome }) => outcome),
      ['empty'],
    );
  });

  it('that cannot be made safe stays at the switch', async () => {
    const world = open();
    world.onTake = async () => {
      throw new Fault('disk-full', 'full', { temporary: true });
    };
    await calls(world, [hear('greeting-default'), machine]);
    assert.equal(world.media.takes.length, 1);
    assert.deepEqual(
      world.rows.map(({ outcome }) => outcome),
      ['failed'],
    );
  });

  it('from a caller who hides their number has no number', async () => {
    const world = open();
    const person = await world.call(subscriber, [hear('greeting-default'), machine], {
      facts: { privacy: true },
    });
    const fax = world.media.callers.at(-1);
    assert.ok(fax !== undefined && fax !== person);
    await answerCall(fax.call, world.deps);
    assert.deepEqual(world.taken[0]?.draft.from, { private: true });
  });

  it('a spoken message is not disturbed by any of this', async () => {
    const world = open();
    await world.call(subscriber, [hear('beep'), speak(2000), press('#'), hangup()]);
    assert.deepEqual(
      world.taken.map(({ draft }) => draft.kind),
      ['voice'],
    );
    assert.equal(world.taken[0]?.bytes.length, 2000 * 8);
  });
});
