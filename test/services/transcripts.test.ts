import assert from 'node:assert/strict';
import { Fault } from '../../app/core/errors.ts';
import type { Message } from '../../app/core/message/message.ts';
import { spokenWords } from '../../app/core/message/spoken.ts';
import { createConversions } from '../../app/services/conversions.ts';
import { createProfiles } from '../../app/services/profile.ts';
import { createTranscripts } from '../../app/services/transcripts.ts';
import { silentLog } from '../ports/silent-log.ts';
import { sampleMessage } from '../storage/sample.ts';
import { bob, openRulesWorld, type RulesWorld } from './rules-world.ts';
import { gate } from './gate.ts';
import { sampleClass } from './sample-class.ts';
import { spelled, Spelling, type SpellingOptions } from './spelling.ts';

const said = 'please call me back';
const temporary = new Fault('media-unavailable', 'as if busy', { temporary: true });
const never = new Fault('invalid', 'as if noise', { temporary: false });

async function withWorld(
  options: SpellingOptions & { readonly none?: true; readonly transcribe?: boolean },
  test: (world: RulesWorld, speech: Spelling) => Promise<void>,
): Promise<void> {
  const speech = new Spelling(options);
  await using world = await openRulesWorld({
    standard: { transcribe: options.transcribe ?? true },
    converters: options.none === true ? [] : [speech],
  });
  await test(world, speech);
}

const leave = (world: RulesWorld): Promise<Message> => world.leave(bob, { bytes: spelled(said) });

const now = (world: RulesWorld, { id }: Message) => world.test.store.messages.get(id);

const steps = async (world: RulesWorld, message: Message): Promise<string[]> =>
  ((await now(world, message))?.pending ?? [])
    .map(({ kind }) => kind as string)
    .filter((kind) => kind === 'transcribe');

describe('Voice messages that are written down', function () {
  this.timeout(60_000);

  it('have a transcript with the times of its words, in the language of the mailbox, and the step is done', () =>
    withWorld({}, async (world, speech) => {
      const message = await leave(world);
      await world.written();
      const { transcript, times } = (await now(world, message)) ?? assert.fail();
      assert.equal(transcript, said);
      assert.deepEqual(
        spokenWords(said, times ?? '')?.map(({ word, startMs, endMs }) => [word, startMs, endMs]),
        [
          ['please', 0, 600],
          ['call', 700, 1100],
          ['me', 1200, 1400],
          ['back', 1500, 1900],
        ],
      );
      assert.deepEqual(await steps(world, message), []);
      assert.equal(speech.asked[0]?.language, 'en');
    }));

  it('the notice does not wait for it', () => {
    const held = gate();
    return withWorld({ before: () => held.promise }, async (world) => {
      const message = await leave(world);
      assert.match(world.told().join(), new RegExp(`New voice message .*${message.reference}`));
      assert.deepEqual(await steps(world, message), ['transcribe']);
      held.resolve();
      await world.written();
      assert.equal((await now(world, message))?.transcript, said);
    });
  });

  it('notices of others do not wait for it either, however many there are', () => {
    const held = gate();
    return withWorld({ before: () => held.promise }, async (world, speech) => {
      for (let n = 0; n < 6; n += 1) await leave(world);
      await world.work();
      assert.equal(world.told().length, 6);
      assert.ok(speech.most <= 2, `${speech.most} at once`);
      held.resolve();
      await world.written();
      assert.equal(speech.asked.length, 6);
    });
  });

  it('of a class that does not want it there is none, and nothing is asked', () =>
    withWorld({ transcribe: false }, async (world, speech) => {
      const message = await leave(world);
      await world.written();
      assert.equal((await now(world, message))?.transcript, undefined);
      assert.deepEqual(speech.asked, []);
    }));

  it('where nothing here understands speech the step ends, and the message is as it was', () =>
    withWorld({ none: true }, async (world) => {
      const message = await leave(world);
      await world.written();
      assert.deepEqual(await steps(world, message), []);
      assert.equal((await now(world, message))?.transcript, undefined);
    }));

  it('where it can never be understood the step ends', () =>
    withWorld(
      {
        before: () => {
          throw never;
        },
      },
      async (world, speech) => {
        const message = await leave(world);
        await world.written();
        assert.deepEqual(await steps(world, message), []);
        await world.work('2026-01-05T13:00:00Z');
        await world.written();
        assert.equal(speech.asked.length, 1);
      },
    ));

  it('what fails for now is tried again, ever later, and ends after so many tries', () =>
    withWorld(
      {
        before: () => {
          throw temporary;
        },
      },
      async (world, speech) => {
        const message = await leave(world);
        await world.written();
        const dues: number[] = [];
        let at = Date.parse('2026-01-05T12:00:00Z');
        for (let n = 0; n < 40; n += 1) {
          const step = (await now(world, message))?.pending.find(({ kind }) => kind === 'transcribe');
          if (step === undefined) break;
          assert.equal(step.lastError, 'as if busy');
          dues.push((step.due.getTime() - at) / 1000);
          at = step.due.getTime();
          await world.work(step.due.toISOString());
          await world.written();
        }
        assert.deepEqual(dues.slice(0, 4), [30, 30, 60, 120]);
        assert.equal(Math.max(...dues), 1800);
        assert.equal(speech.asked.length, 21);
        assert.deepEqual(await steps(world, message), []);
      },
    ));

  it('one that is deleted before its turn is not', () => {
    return withWorld(
      {
        before: () => {
          throw temporary;
        },
      },
      async (world, speech) => {
        const message = await leave(world);
        await world.written();
        await world.test.store.messages.setState(message.id, 'deleted', new Date());
        await world.work('2026-01-05T12:01:00Z');
        await world.written();
        assert.equal(speech.asked.length, 1);
        assert.deepEqual(await steps(world, message), []);
      },
    );
  });

  it('a controller that ends gives up what it has in hand, and another takes it at once', () => {
    const held = gate();
    return withWorld(
      {
        before: (_, __, { signal }) =>
          Promise.race([
            held.promise,
            new Promise<void>((_resolve, reject) =>
              signal?.addEventListener('abort', () => reject(signal.reason as Error)),
            ),
          ]),
      },
      async (world) => {
        const message = await leave(world);
        await world.transcripts.stop();
        const step = (await now(world, message))?.pending.find(({ kind }) => kind === 'transcribe');
        assert.equal(step?.leasedUntil, undefined);
        assert.ok((step?.due.getTime() ?? Infinity) <= Date.parse('2026-01-05T12:00:00Z'));
      },
    );
  });
});

describe('A message that takes long to be written down', function () {
  this.timeout(60_000);

  it('is kept from other controllers as long as that takes, and no longer', () => {
    const held = gate();
    return withWorld({ transcribe: false, before: () => held.promise }, async (world, speech) => {
      const { store } = world.test;
      const now = new Date('2026-01-05T12:00:00Z');
      const message = await leave(world);
      const step = { kind: 'transcribe', due: now, tries: 0, leasedUntil: now } as const;
      const own = sampleMessage(
        { mailbox: message.mailbox, pending: [step] },
        { parts: message.envelope.parts },
      );
      await store.messages.insert(own);
      const renewed = gate();
      const transcripts = createTranscripts({
        store: {
          messages: {
            setTranscript: (...given) => store.messages.setTranscript(...given),
            finishPending: (...given) => store.messages.finishPending(...given),
            delayPending: (...given) => store.messages.delayPending(...given),
            extendPending: async (...given) => {
              await store.messages.extendPending(...given);
              renewed.resolve();
            },
          },
        },
        conversions: createConversions({ store, converters: [speech], log: silentLog }),
        profiles: createProfiles(() => ({ standard: sampleClass() })),
        clock: { now: () => now },
        log: silentLog,
        onDue: () => undefined,
        lease: { ms: 3_600_000, renewMs: 10 },
      });
      const work = transcripts.work(own, step, await world.mailbox());
      await renewed.promise;
      assert.equal(await store.messages.takePending(new Date('2026-01-05T12:59:59Z'), 1000), undefined);
      held.resolve();
      await work;
      assert.equal((await store.messages.get(own.id))?.transcript, said);
      assert.deepEqual((await store.messages.get(own.id))?.pending, []);
    });
  });
});

describe('A text TEXT to a message', function () {
  this.timeout(60_000);

  it('that was not written down is answered with its words, written down now', () =>
    withWorld({ transcribe: false }, async (world) => {
      const message = await leave(world);
      world.told();
      await world.answer(bob, 'TEXT');
      assert.deepEqual(world.told(), [`${bob}: ${said}`]);
      assert.equal((await now(world, message))?.transcript, said);
    }));

  it('that takes long is answered once, when it is ready', () => {
    const held = gate();
    return withWorld({ transcribe: false, before: () => held.promise }, async (world, speech) => {
      await leave(world);
      world.told();
      await world.answer(bob, 'TEXT');
      assert.deepEqual(world.told(), []);
      held.resolve();
      await world.idle();
      assert.deepEqual(world.told(), [`${bob}: ${said}`]);
      assert.equal(speech.asked.length, 1);
    });
  });

  it('while it is being written down anyway waits for that: it is done once', () => {
    const held = gate();
    return withWorld({ before: () => held.promise }, async (world, speech) => {
      await leave(world);
      world.told();
      const answered = world.answer(bob, 'TEXT');
      held.resolve();
      await answered;
      await world.idle();
      assert.deepEqual(world.told(), [`${bob}: ${said}`]);
      assert.equal(speech.asked.length, 1);
    });
  });

  for (const { title, options } of [
    { title: 'where nothing understands speech', options: { none: true } },
    {
      title: 'of which nothing is understood',
      options: {
        before: () => {
          throw never;
        },
      },
    },
  ] as const)
    it(`${title} is told that there is no written version`, () =>
      withWorld({ ...options, transcribe: false }, async (world) => {
        await leave(world);
        world.told();
        await world.answer(bob, 'TEXT');
        assert.match(world.told().join(), /There is no written version of this message/);
      }));

  it('that cannot be written down just now is told so', () =>
    withWorld(
      {
        transcribe: false,
        before: () => {
          throw temporary;
        },
      },
      async (world) => {
        await leave(world);
        world.told();
        await world.answer(bob, 'TEXT');
        assert.match(world.told().join(), /Please try again in a few minutes/);
      },
    ));
});
