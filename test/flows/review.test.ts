import assert from 'node:assert/strict';
import { hangup, hear, press, silence, speak, type Step } from '../../app/media/scripted/steps.ts';
import { assertHeard, FlowWorld, subscriber } from './world.ts';

interface Case {
  readonly title: string;
  /** After two seconds of speech, `#` and the menu. */
  readonly steps: readonly Step[];
  readonly hears: readonly string[];
  /** Length in milliseconds and marks of the message that is taken in. */
  readonly sent: { readonly ms: number; readonly urgent?: true; readonly confidential?: true };
}

const menu = hear('recording-review');
const thanks = ['message-saved', 'goodbye'];

const cases: readonly Case[] = [
  { title: '1 sends', steps: [press('1')], hears: thanks, sent: { ms: 2000 } },
  { title: '# sends as well', steps: [press('#')], hears: thanks, sent: { ms: 2000 } },
  { title: 'hanging up sends', steps: [hangup()], hears: [], sent: { ms: 2000 } },
  {
    title: '3 records again: only the second one is sent',
    steps: [press('3'), hear('recording-discarded'), hear('beep'), speak(1000), hangup()],
    hears: ['recording-discarded', 'beep'],
    sent: { ms: 1000 },
  },
  {
    title: '3, and then again # and 1',
    steps: [press('3'), hear('beep'), speak(3000), press('#'), menu, press('1')],
    hears: ['recording-discarded', 'beep', 'recording-review', ...thanks],
    sent: { ms: 3000 },
  },
  {
    title: '4 adds: one message with both',
    steps: [press('4'), hear('beep'), speak(1000), press('#'), menu, press('1')],
    hears: ['recording-continue', 'beep', 'recording-review', ...thanks],
    sent: { ms: 3000 },
  },
  {
    title: '4 and hanging up at once: what was there is sent',
    steps: [press('4'), hear('recording-continue'), hangup()],
    hears: ['recording-continue'],
    sent: { ms: 2000 },
  },
  {
    title: '4 and hanging up after more: both are sent',
    steps: [press('4'), hear('beep'), speak(1500), hangup()],
    hears: ['recording-continue', 'beep'],
    sent: { ms: 3500 },
  },
  {
    title: '5 marks urgent',
    steps: [press('5'), menu, press('1')],
    hears: ['marked-urgent', ...thanks],
    sent: { ms: 2000, urgent: true },
  },
  {
    title: '5 twice is not urgent',
    steps: [press('5'), menu, press('5'), menu, press('1')],
    hears: ['marked-urgent', 'marked-normal', ...thanks],
    sent: { ms: 2000 },
  },
  {
    title: '6 marks private',
    steps: [press('6'), menu, press('1')],
    hears: ['marked-private', ...thanks],
    sent: { ms: 2000, confidential: true },
  },
  {
    title: '6 twice is not private',
    steps: [press('6'), menu, press('6'), menu, hangup()],
    hears: ['marked-private', 'marked-not-private'],
    sent: { ms: 2000 },
  },
  {
    title: 'keys pressed ahead count: 5 6 1',
    steps: [press('561')],
    hears: thanks,
    sent: { ms: 2000, urgent: true, confidential: true },
  },
  {
    title: 'marks stay when more is added',
    steps: [press('5'), menu, press('4'), hear('beep'), speak(1000), press('#'), menu, press('1')],
    hears: ['marked-urgent', 'recording-continue', ...thanks],
    sent: { ms: 3000, urgent: true },
  },
  {
    title: 'a key that does nothing is said to, and the menu comes again',
    steps: [press('9'), hear('invalid-key'), menu, press('1')],
    hears: ['invalid-key', 'recording-review', ...thanks],
    sent: { ms: 2000 },
  },
  {
    title: 'only keys that do nothing: the message is sent as it is',
    steps: [press('9'), hear('invalid-key'), menu, press('*')],
    hears: ['invalid-key', 'invalid-key', ...thanks],
    sent: { ms: 2000 },
  },
  {
    title: 'no key at all: the menu comes twice, then the message is sent',
    steps: [silence(60_000)],
    hears: ['recording-review', ...thanks],
    sent: { ms: 2000 },
  },
];

describe('A caller who reviews the message', () => {
  for (const { title, steps, hears, sent } of cases) {
    it(title, async () => {
      const world = new FlowWorld();
      const person = await world.call(subscriber, [hear('beep'), speak(2000), press('#'), menu, ...steps]);
      assertHeard(person.prompts, ['recording-review', ...hears]);
      const { ms, urgent = false, confidential = false } = sent;
      assert.deepEqual(
        world.taken.map(({ durationMs, draft }) => ({
          ms: durationMs,
          urgent: draft.urgent,
          confidential: draft.confidential,
        })),
        [{ ms, urgent, confidential }],
      );
      assert.deepEqual(world.media.takes, [], 'a recording was left at the switch');
    });
  }

  it('2 plays what was recorded, and after 4 the whole of it', async () => {
    const world = new FlowWorld();
    const person = await world.call(subscriber, [
      hear('beep'),
      speak(2000),
      press('#'),
      menu,
      press('2'),
      menu,
      press('4'),
      hear('beep'),
      speak(1000),
      press('#'),
      menu,
      press('2'),
      menu,
      press('1'),
    ]);
    const played = person.heard.flatMap((item) =>
      item.kind === 'stored' ? [item.media.bytes.length / 8] : [],
    );
    assert.deepEqual(played, [2000, 3000]);
    assert.equal(world.taken.length, 1);
  });

  it('2, and a key while it plays counts', async () => {
    const world = new FlowWorld();
    const steps = [
      hear('beep'),
      speak(2000),
      press('#'),
      menu,
      press('25'),
      hear('marked-urgent'),
      menu,
      press('1'),
    ];
    const person = await world.call(subscriber, steps);
    assertHeard(person.prompts, ['recording-review', 'marked-urgent', 'recording-review', ...thanks]);
    assert.equal(world.taken[0]?.draft.urgent, true);
  });

  it('4 as often as they like: the message grows no longer than one may be', async () => {
    const world = new FlowWorld({ standard: { maxMessageSeconds: 3 } });
    const person = await world.call(subscriber, [
      hear('beep'),
      speak(2000),
      press('#'),
      menu,
      press('4'),
      hear('beep'),
      speak(2000),
      hear('message-too-long'),
      menu,
      press('4'),
      hear('message-too-long'),
      menu,
      press('1'),
    ]);
    assert.equal(person.prompts.filter((name) => name === 'beep').length, 2);
    assert.equal(world.taken[0]?.durationMs, 3000);
  });

  it('again and again: each recording has a name of its own', async () => {
    const world = new FlowWorld();
    const again = [hear('beep'), speak(1000), press('#'), menu, press('3')];
    await world.call(subscriber, [...again, ...again, ...again, hear('beep'), speak(1000), hangup()]);
    assert.equal(world.taken.length, 1);
    assert.match(world.taken[0]!.draft.origin.id, /~3$/);
  });
});
