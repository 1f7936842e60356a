import assert from 'node:assert/strict';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import type { PromptName } from '../../app/core/prompt/prompt-name.ts';
import type { PlayItem } from '../../app/core/prompt/play-item.ts';
import { hear, press, silence } from '../../app/media/scripted/steps.ts';
import { openMailboxWorld, soundOf, type MailboxWorld } from './mailbox-world.ts';
import { assertHeard } from './world.ts';

describe('A subscriber in their mailbox', function () {
  this.timeout(120_000);
  let world: MailboxWorld;
  let n = 400;
  let own: string;

  before(async () => (world = await openMailboxWorld()));
  after(() => world[Symbol.asyncDispose]());
  beforeEach(() => {
    own = `+12025550${n++}`;
    world.away = false;
  });

  /** The counts that were said, in order. */
  function counts(heard: readonly PlayItem[]): string[] {
    return heard.flatMap((item) => (item.kind === 'count' ? [`${item.value} ${item.noun}`] : []));
  }

  async function mailboxOf(number: string): Promise<Mailbox> {
    return world.mailbox(number);
  }

  it('hears how many messages there are, how many of them are urgent, and how many are saved', async () => {
    for (const urgent of [false, true, false]) await world.leave(own, { urgent });
    for (let i = 0; i < 2; i++) await world.leave(own, { state: 'saved' });
    const person = await world.call(own, hear('menu-main-new'));
    assert.deepEqual(counts(person.heard), ['3 new-message', '1 urgent-message', '2 saved-message']);
    assertHeard(person.prompts, ['you-have', 'including', 'and-also', 'menu-main-new']);
  });

  it('hears them by kind where there are several', async () => {
    for (const kind of ['voice', 'fax', 'voice', 'email'] as const) await world.leave(own, { kind });
    const person = await world.call(own, hear('menu-main-new'));
    assert.deepEqual(counts(person.heard), ['4 new-message', '2 voice-message', '1 fax', '1 email']);
  });

  it('without messages hears that, and each empty folder says so and leads back', async () => {
    const steps = ['1', '2', '7'].flatMap((key) => [press(key), hear('you-have'), hear('menu-main-new')]);
    const find = [press('3'), press('5#'), hear('no-messages-of-caller'), hear('menu-main-new')];
    const person = await world.call(own, hear('mailbox-empty'), ...steps, ...find);
    assert.deepEqual(person.remaining, []);
    assert.deepEqual(counts(person.heard), ['0 new-message', '0 saved-message', '0 deleted-message']);
  });

  it('B6: hears how full it is from 90 percent on, by what is used up the most', async () => {
    await using other = await openMailboxWorld({ standard: { maxMessages: 1000, maxSeconds: 100 } });
    const number = '+12025550171';
    const hears = async (ms: number): Promise<readonly PlayItem[]> => {
      await other.leave(number, { ms });
      const { heard } = await other.call(number, hear('menu-main-new'));
      return heard.filter(
        (item) => item.kind === 'number' || (item.kind === 'prompt' && /own-mailbox|percent/.test(item.name)),
      );
    };
    const prompt = (name: PromptName): PlayItem => ({ kind: 'prompt', name });
    assert.deepEqual(await hears(89_000), []);
    const share: PlayItem = { kind: 'number', value: 91 };
    assert.deepEqual(await hears(2000), [prompt('own-mailbox-is'), share, prompt('percent-full')]);
    assert.deepEqual(await hears(9000), [prompt('own-mailbox-full')]);
  });

  it('hears urgent messages first, then the others, the oldest first', async () => {
    const left = [];
    for (const urgent of [false, true, false, true]) left.push(await world.leave(own, { urgent }));
    const [a, b, c, d] = left.map(soundOf) as [string, string, string, string];
    const order = [b, d, a, c].flatMap((sound) => [hear(sound), press('6')]);
    const person = await world.call(
      own,
      press('1'),
      hear('urgent-message'),
      ...order,
      hear('no-more-messages'),
    );
    assert.deepEqual(person.remaining, []);
  });

  it('hears of each message who left it and when, in the subscriber’s zone', async () => {
    await using other = await openMailboxWorld({ standard: { timeZone: 'America/New_York' } });
    await other.leave(own, { from: '+12025550188' });
    const person = await other.call(own, press('1'), hear('message-from'), hear('menu-message-play'));
    const time = person.heard.find((item) => item.kind === 'time');
    assert.equal(time?.timeZone, 'America/New_York');
    assert.ok(person.heard.some((item) => item.kind === 'digits' && item.digits === '2025550188'));
  });

  it('hears the sender’s spoken name where they have one', async () => {
    const sender = await mailboxOf('+12025550390');
    const bytes = new Uint8Array(8000).fill(0x7f);
    await world.deps.greetings.set(sender, 'name', { contentType: 'audio/PCMU', durationMs: 1000, bytes });
    const message = await world.leave(own, { from: sender.number });
    const person = await world.call(own, press('1'), hear('message-from'), hear(soundOf(message)));
    const at = person.heard.findIndex((item) => item.kind === 'prompt' && item.name === 'message-from');
    assert.equal(person.heard[at + 1]?.kind, 'stored');
    assert.ok(person.heard.every((item) => item.kind !== 'digits'));
  });

  it('of a private caller hears no number, and cannot reply', async () => {
    await world.leave(own, { private: true });
    const steps = [press('1'), hear('message-from-private'), hear('menu-message-play')];
    const person = await world.call(
      own,
      ...steps,
      press('4'),
      hear('menu-answer-send-on'),
      press('1'),
      hear('invalid-key'),
    );
    assert.deepEqual(person.remaining, []);
    assert.ok(person.heard.every((item) => item.kind !== 'digits'));
  });

  it('types ahead through several menus: nothing on the way is told', async () => {
    const [one, two] = [await world.leave(own), await world.leave(own)];
    const person = await world.call(own, press('1626'), hear('no-more-messages'), hear('menu-main-new'));
    assert.deepEqual(person.remaining, []);
    assert.equal(await world.stateOf(one), 'new');
    assert.equal(await world.stateOf(two), 'saved');
    assert.ok(!person.prompts.includes('menu-message-play'));
  });

  it('keeps the chosen speed for the messages after', async () => {
    const [one, two] = [await world.leave(own), await world.leave(own)];
    const steps = [hear(soundOf(one)), press('03'), hear(`${soundOf(one)}@1.25`), press('6')];
    const person = await world.call(own, press('1'), ...steps, hear(`${soundOf(two)}@1.25`));
    assert.deepEqual(person.remaining, []);
  });

  it('at the slowest and the fastest is told that there is no more', async () => {
    const sound = soundOf(await world.leave(own, { ms: 20_000 }));
    const slower = [
      press('01'),
      hear('speed-slower'),
      hear(`${sound}@0.75`),
      press('01'),
      hear('speed-limit'),
    ];
    const faster = [1.25, 1.5, 2].flatMap((speed) => [press('03'), hear(`${sound}@${speed}`)]);
    const normal = [press('02'), hear('speed-normal'), hear(sound)];
    const person = await world.call(
      own,
      press('1'),
      hear(sound),
      ...slower,
      ...normal,
      ...faster,
      press('03'),
      hear('speed-limit'),
    );
    assert.deepEqual(person.remaining, []);
  });

  it('goes back beyond the beginning and forward beyond the end', async () => {
    const sound = soundOf(await world.leave(own, { ms: 6000 }));
    const back = [press('1'), hear(sound, 2000), press('7'), hear(sound, 1000)];
    const person = await world.call(
      own,
      ...back,
      press('9'),
      hear('menu-message-play'),
      press('8'),
      hear(sound),
    );
    assert.deepEqual(person.remaining, []);
    const from = person.playings.flatMap(({ item, fromMs }) => (item.kind === 'stored' ? [fromMs] : []));
    assert.deepEqual(from, [0, 0, 0]);
  });

  it('during a pause may press any key, and is asked again after a minute', async () => {
    const [one, two] = [await world.leave(own), await world.leave(own)];
    const paused = [press('1'), hear(soundOf(one), 1000), press('8'), hear('paused')];
    const person = await world.call(
      own,
      ...paused,
      press('6'),
      hear(soundOf(two), 1000),
      press('8'),
      hear('paused'),
      silence(61_000),
      hear('menu-message-play'),
      press('8'),
      hear(soundOf(two)),
    );
    assert.deepEqual(person.remaining, []);
    const last = person.playings.findLast(({ item }) => item.kind === 'stored');
    assert.equal(last?.fromMs, 1000);
  });

  it('deletes one, goes on, comes back to it and brings it back', async () => {
    const [one, two] = [await world.leave(own), await world.leave(own)];
    const away = [
      press('1'),
      hear(soundOf(one)),
      press('3'),
      hear('message-deleted'),
      press('6'),
      hear(soundOf(two)),
    ];
    const person = await world.call(
      own,
      ...away,
      press('04'),
      hear(soundOf(one)),
      press('3'),
      hear('message-restored'),
    );
    assert.deepEqual(person.remaining, []);
    assert.equal(await world.stateOf(one), 'heard');
    assert.deepEqual((await mailboxOf(own)).counts, { new: 0, old: 2, urgent: 0 });
  });

  it('before the first message there is none', async () => {
    await world.leave(own);
    const person = await world.call(
      own,
      press('1'),
      hear('menu-message-play'),
      press('04'),
      hear('no-previous-message'),
      hear('menu-message-play'),
    );
    assert.deepEqual(person.remaining, []);
  });

  it('finds a caller by the end of the number, by the whole number, and as it is dialled here', async () => {
    const message = await world.leave(own, { from: '+12025550177', state: 'saved' });
    await world.leave(own, { from: '+12025550166' });
    await world.leave(own, { private: true });
    for (const digits of ['77#', '12025550177#', '2025550177#', '0177']) {
      const typed = digits.endsWith('#') ? [press(digits)] : [press(digits), silence(4000)];
      const person = await world.call(
        own,
        press('3'),
        hear('enter-caller'),
        ...typed,
        hear(soundOf(message)),
      );
      assert.deepEqual(person.remaining, [], digits);
    }
  });

  it('finds nobody by another number, nor by none, and leaves the search by the star', async () => {
    await world.leave(own, { from: '+12025550177' });
    const nobody = [
      press('3'),
      hear('enter-caller'),
      press('78#'),
      hear('no-messages-of-caller'),
      hear('menu-main-new'),
    ];
    const left = ['#', '*', '12*'].flatMap((keys) => [
      press('3'),
      hear('enter-caller'),
      press(keys),
      hear('menu-main-new'),
    ]);
    const silent = [press('3'), hear('enter-caller'), silence(9000), hear('menu-main-new')];
    const person = await world.call(own, ...nobody, ...left, ...silent);
    assert.deepEqual(person.remaining, []);
  });
});
