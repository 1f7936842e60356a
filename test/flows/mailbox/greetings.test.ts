import assert from 'node:assert/strict';
import type { Mailbox } from '../../../app/core/mailbox/mailbox.ts';
import { readTag } from '../../../app/core/message/recording-tag.ts';
import type { GreetingKind } from '../../../app/core/profile/settings.ts';
import type { FlowDeps } from '../../../app/flows/flow.ts';
import { greetingsDialogue } from '../../../app/flows/mailbox/greetings.ts';
import type { ScriptedCaller } from '../../../app/media/scripted/open.ts';
import { hangup, hear, press, silence, speak, type Step } from '../../../app/media/scripted/steps.ts';
import { babble } from '../../audio/babble.ts';
import { awayMedia } from '../away-media.ts';
import { OwnWorld } from '../own-world.ts';
import { assertHeard } from '../world.ts';

const words = babble(2000, 1);
const menu = hear('menu-greetings-name');
const one = hear('menu-greeting-record');
const records: Step[] = [hear('record-own'), hear('beep'), speak(words), press('#'), hear('greeting-saved')];
const days: Step[] = [hear('greeting-days'), press('3#')];

const kinds: readonly [key: string, kind: GreetingKind, before: readonly Step[]][] = [
  ['1', 'unavailable', []],
  ['2', 'busy', []],
  ['3', 'temporary', days],
  ['4', 'name', []],
];

describe("A subscriber's greetings", function () {
  this.timeout(60_000);
  let world: OwnWorld;
  let bob: Mailbox;

  before(async () => {
    world = await OwnWorld.open();
  });
  beforeEach(async () => {
    bob = await world.subscriber();
  });
  after(() => world[Symbol.asyncDispose]());
  afterEach(async () => {
    assert.deepEqual(world.flow.media.takes, [], 'a recording was left at the switch');
    assert.deepEqual(await world.messages(bob.number), [], 'a greeting became a message');
  });

  const talk = async (steps: readonly Step[], deps?: FlowDeps) => {
    const own = await world.now(bob);
    return world.talk(steps, (call, all) => greetingsDialogue(call, own, all), deps);
  };
  const greetings = async () => (await world.now(bob)).settings.greetings ?? {};
  const soundsOf = (person: ScriptedCaller) =>
    person.heard.flatMap((item) => (item.kind === 'stored' ? [Buffer.from(item.media.bytes)] : []));

  for (const [key, kind, before] of kinds) {
    it(`${key} 2 records ${kind}: it is kept and played, and 1 plays it again`, async () => {
      const steps = [
        menu,
        press(key),
        one,
        press('2'),
        ...before,
        ...records,
        one,
        press('1'),
        one,
        press('**'),
      ];
      const { person, result } = await talk(steps);
      assert.equal(result, 'done');
      assert.deepEqual(soundsOf(person), [words, words].map(Buffer.from));
      const kept = (await greetings())[kind];
      assert.ok(kept);
      assert.match(kept.media, new RegExp(`^greeting:${bob.id}:${kind}:`));
      assert.equal(kept.durationMs, 2000);
      const media = await world.store.media.get(kept.media);
      assert.deepEqual(Buffer.from(media!.bytes), Buffer.from(words));
    });

    it(`${key} 3 removes ${kind}: its sound is gone too`, async () => {
      await talk([menu, press(key), one, press('2'), ...before, ...records, press('**')]);
      const kept = (await greetings())[kind]!;
      const { person } = await talk([
        menu,
        press(key),
        hear('menu-greeting-remove'),
        press('3'),
        hear('greeting-removed'),
        press('**'),
      ]);
      assertHeard(person.prompts, ['menu-greeting-remove', 'greeting-removed']);
      assert.equal((await greetings())[kind], undefined);
      assert.equal(await world.store.media.get(kept.media), undefined);
    });
  }

  it('records it anew: the old sound is deleted', async () => {
    const again = [menu, press('1'), one, press('2'), ...records, press('**')];
    await talk(again);
    const old = (await greetings()).unavailable!;
    await talk(again);
    const kept = (await greetings()).unavailable!;
    assert.notEqual(kept.media, old.media);
    assert.equal(await world.store.media.get(old.media), undefined);
    assert.notEqual(await world.store.media.get(kept.media), undefined);
  });

  it('has none yet: hear and remove are not offered, and their keys do nothing', async () => {
    const steps = [
      menu,
      press('2'),
      one,
      press('1'),
      hear('invalid-key'),
      press('3'),
      hear('invalid-key'),
      press('**'),
    ];
    const { person } = await talk(steps);
    for (const name of ['menu-greeting-hear', 'menu-greeting-remove'])
      assert.ok(!person.prompts.includes(name));
  });

  it('a temporary one for days: it is kept until then, and when heard says so', async () => {
    const { person } = await talk([
      menu,
      press('3'),
      one,
      press('2'),
      ...days,
      ...records,
      one,
      press('1'),
      hear('time'),
      press('**'),
    ]);
    const until = (await greetings()).temporary?.until;
    assert.equal(until?.getTime(), world.deps.clock.now().getTime() + 3 * 86_400_000);
    assert.ok(person.heard.some((item) => item.kind === 'time' && item.at.getTime() === until?.getTime()));
  });

  it('a temporary one with 0 days: until it is removed', async () => {
    const steps = [menu, press('3'), one, press('2'), hear('greeting-days'), press('0#'), ...records];
    const { person } = await talk([...steps, one, press('1'), hear('greeting-until-removed'), press('**')]);
    assertHeard(person.prompts, ['greeting-until-removed']);
    const { temporary } = await greetings();
    assert.ok(temporary && temporary.until === undefined);
  });

  it('a temporary one with too many days: is asked again', async () => {
    const steps = [
      menu,
      press('3'),
      one,
      press('2'),
      hear('greeting-days'),
      press('367#'),
      hear('greeting-days-wrong'),
    ];
    await talk([...steps, hear('greeting-days'), press('366#'), ...records, press('**')]);
    assert.ok((await greetings()).temporary?.until);
  });

  it('a temporary one, and rather not: * at the days leaves everything as it was', async () => {
    await talk([menu, press('3'), one, press('2'), hear('greeting-days'), press('*#'), one, press('**')]);
    assert.deepEqual(await greetings(), {});
  });

  it('5 takes no messages, and 5 again takes them', async () => {
    const { person } = await talk([
      hear('menu-greetings-announcement-only'),
      press('5'),
      hear('greeting-announcement-only'),
      hear('menu-greetings-take-messages'),
      press('*'),
    ]);
    assertHeard(person.prompts, ['menu-greetings-announcement-only', 'greeting-announcement-only']);
    assert.equal((await greetings()).announcementOnly, true);
    await talk([
      hear('menu-greetings-take-messages'),
      press('5'),
      hear('greeting-takes-messages'),
      press('*'),
    ]);
    assert.notEqual((await greetings()).announcementOnly, true);
  });

  for (const [how, steps] of [
    ['hangs up while recording', [hear('beep'), speak(words), hangup()]],
    ['hangs up at the tone', [hear('beep'), hangup()]],
  ] as const) {
    it(`${how}: the greeting of before stays`, async () => {
      await talk([menu, press('1'), one, press('2'), ...records, press('**')]);
      const before = await greetings();
      const { result } = await talk([menu, press('1'), one, press('2'), ...steps]);
      assert.equal(result, 'gone');
      assert.deepEqual(await greetings(), before);
    });
  }

  it('says nothing: that is told, and the greeting of before stays', async () => {
    const { person } = await talk([
      menu,
      press('1'),
      one,
      press('2'),
      hear('beep'),
      silence(6000),
      hear('greeting-nothing'),
      press('**'),
    ]);
    assertHeard(person.prompts, ['greeting-nothing']);
    assert.deepEqual(await greetings(), {});
  });

  it('falls silent instead of #: what was said is kept', async () => {
    await talk([
      menu,
      press('1'),
      one,
      press('2'),
      hear('beep'),
      speak(words),
      silence(10_000),
      hear('greeting-saved'),
      press('**'),
    ]);
    assert.equal((await greetings()).unavailable?.durationMs, 2000);
  });

  it('speaks without end: ten seconds of a name, two minutes of a greeting', async () => {
    await talk([
      menu,
      press('4'),
      one,
      press('2'),
      hear('beep'),
      speak(15_000),
      hear('greeting-saved'),
      press('**'),
    ]);
    assert.equal((await greetings()).name?.durationMs, 10_000);
  });

  it('presses nothing: the line is given up politely', async () => {
    const { person, result } = await talk([silence(120_000)]);
    assert.equal(result, 'gone');
    assertHeard(person.prompts, ['no-key-heard']);
  });

  it('while the store is away: is told so, nothing is kept, and the menu goes on', async () => {
    const { media } = world.store;
    const failing = {
      ...world.store,
      mailboxes: world.store.mailboxes,
      media: { ...awayMedia, get: (id: never) => media.get(id) },
    };
    const steps = [
      menu,
      press('1'),
      one,
      press('2'),
      hear('beep'),
      speak(words),
      press('#'),
      hear('not-now'),
      one,
      press('**'),
    ];
    const { result } = await talk(steps, world.with(failing));
    assert.equal(result, 'done');
    assert.deepEqual(await greetings(), {});
  });

  it('two telephones record it at once: one of them holds, and the sound of the other is not left behind', async () => {
    const put: string[] = [];
    const { media } = world.store;
    const watched = {
      ...world.store,
      mailboxes: world.store.mailboxes,
      media: {
        get: (id: never) => media.get(id),
        getAll: (ids: never) => media.getAll(ids),
        putAll: (all: never) => media.putAll(all),
        putFrom: (...asked: Parameters<typeof media.putFrom>) => media.putFrom(...asked),
        getRange: (id: never, from: number, to: number) => media.getRange(id, from, to),
        put: (id: never, type: string, bytes: Uint8Array) => {
          put.push(id);
          return media.put(id, type, bytes, 'owner' as never);
        },
        delete: (id: never) => media.delete(id),
      },
    };
    const { greetings: service } = world.with(watched);
    const sound = { contentType: 'audio/PCMU', durationMs: 2000, bytes: words };
    await Promise.all([1, 2, 3].map(() => service.set(bob, 'unavailable', sound)));
    const kept = (await greetings()).unavailable?.media;
    assert.equal(put.length, 3);
    for (const id of put) assert.equal((await media.get(id as never)) !== undefined, id === kept);
  });

  it('the recording bears the sign of a greeting, so that it never becomes a message', async () => {
    const tags: string[] = [];
    const own = await world.now(bob);
    await world.talk([menu, press('1'), one, press('2'), ...records, press('**')], (call, deps) => {
      const record = call.record.bind(call);
      call.record = (rule) => {
        tags.push(rule.tag);
        return record(rule);
      };
      return greetingsDialogue(call, own, deps);
    });
    assert.equal(readTag(tags[0] ?? '')?.use, 'greeting');
  });
});
