import assert from 'node:assert/strict';
import { AriCall } from '../../../app/media/ari/call.ts';
import { codecOf } from '../../../app/media/ari/codec.ts';
import { outgoingFacts } from '../../../app/media/ari/facts.ts';
import { Leg } from '../../../app/media/ari/leg.ts';
import { TagsInHand } from '../../../app/media/parts/held-tags.ts';
import { AriDown, AriError, AriTimeout } from '../../../app/media/ari/wire/errors.ts';
import { silentLog } from '../../ports/silent-log.ts';

const facts = outgoingFacts('trunk', 'wire', '+12025550100');

describe('a command to the switch', () => {
  const start = {
    method: 'POST' as const,
    uri: 'channels/c/record',
    makes: 'recordings/live/r',
    mayCollide: true,
  };

  it('that collides with the end of the one before is done again, and not taken for done', async () => {
    const world = switchThat('POST channels/c/record', [409, 409, 'ok']);
    assert.equal(await world.leg.command(start), 'ok');
    assert.deepEqual(world.asked, Array(3).fill('POST channels/c/record'));
  });

  it('is not repeated where it was done before the connection was lost', async () => {
    const world = switchThat('POST channels/c/record', ['down']);
    assert.equal(await world.leg.command(start), 'ok');
    assert.deepEqual(world.asked, ['POST channels/c/record', 'GET recordings/live/r']);
  });

  it('is done again after a collision behind a lost connection', async () => {
    const world = switchThat('POST channels/c/record', ['down', 409, 'ok'], [404]);
    assert.equal(await world.leg.command(start), 'ok');
    assert.deepEqual(world.asked, [
      'POST channels/c/record',
      'GET recordings/live/r',
      'POST channels/c/record',
      'POST channels/c/record',
    ]);
  });
});

describe('a call that the switch does not answer', () => {
  for (const how of ['timeout', 500] as const) {
    it(`is hung up, and was never answered (${how})`, async () => {
      const world = switchThat('POST channels/c/answer', [how]);
      const call = callOf(world.leg);
      await call.answer();
      await aborted(call.gone);
      assert.equal(call.answered, undefined);
      assert.deepEqual(world.asked, ['POST channels/c/answer', 'DELETE channels/c']);
    });
  }

  it('because the caller gave up first, was never answered', async () => {
    const world = switchThat('POST channels/c/answer', [404]);
    const call = callOf(world.leg);
    await call.answer();
    world.leg.finish('ended');
    assert.equal(call.answered, undefined);
  });

  it('one that is answered was answered when it was asked for, also after its end', async () => {
    const world = switchThat('POST channels/c/answer', ['ok']);
    const call = callOf(world.leg);
    await call.answer();
    assert.deepEqual(call.answered, new Date(1000));
    await new Promise(setImmediate);
    world.leg.finish('ended');
    assert.deepEqual(call.answered, new Date(1000));
  });
});

describe('a call that is refused', () => {
  it('is hung up once: the caller is told this cause, however late the switch says that the call is gone', async () => {
    const world = switchThat('DELETE channels/c', ['ok']);
    const call = callOf(world.leg);
    await call.hangup('busy');
    await call[Symbol.asyncDispose]();
    assert.deepEqual(world.asked, ['DELETE channels/c']);
    assert.equal(world.leg.hangupCause, 17);
  });
});

type Answer = 'ok' | 'down' | 'timeout' | number;

/** A switch that answers one request in turn so, GETs as told, and all others with success. */
function switchThat(request: string, answers: readonly Answer[], finds: readonly Answer[] = []) {
  const asked: string[] = [];
  const [left, found] = [[...answers], [...finds]];
  const link = {
    request: async (method: string, uri: string) => {
      asked.push(`${method} ${uri}`);
      const answer = (`${method} ${uri}` === request ? left : method === 'GET' ? found : []).shift() ?? 'ok';
      if (answer === 'down') throw new AriDown('lost');
      if (answer === 'timeout') throw new AriTimeout(method, uri, 1);
      if (answer !== 'ok') throw new AriError(method, uri, answer, '');
      return {};
    },
    ready: () => Promise.resolve(),
    subscribe: async () => undefined,
    newId: (kind: string) => kind,
    flush: () => undefined,
  };
  return { asked, leg: new Leg('c', link, silentLog, new TagsInHand().ofCall()) };
}

function callOf(leg: Leg): AriCall {
  const unused = undefined as never;
  return new AriCall(
    {
      leg,
      facts,
      entry: { kind: 'incoming' },
      started: new Date(0),
      answered: undefined,
      codec: codecOf('ulaw'),
    },
    {
      sounds: unused,
      notes: unused,
      takes: unused,
      clock: { now: () => new Date(1000) },
      language: 'en',
      app: 'a',
    },
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve());
  });
}
