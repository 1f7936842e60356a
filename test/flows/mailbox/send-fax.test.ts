import assert from 'node:assert/strict';
import type { Message } from '../../../app/core/message/message.ts';
import { answerDialogue } from '../../../app/flows/mailbox/answer.ts';
import { faxMachine, hangup, hear, press, type Step } from '../../../app/media/scripted/steps.ts';
import { runFax } from '../../../app/services/fax-run.ts';
import { openTransform } from '../../../app/transform/open.ts';
import { toolCommands } from '../../../scripts/stack/ffmpeg.ts';
import { packedTiff, pagesOf, shows } from '../../fax/tiff.ts';
import { silentLog } from '../../ports/silent-log.ts';
import { openMailboxWorld, type Left, type MailboxWorld } from '../mailbox-world.ts';
import { assertHeard } from '../world.ts';

const alice = '+12025550147';

describe('A subscriber who sends a message to a fax machine', function () {
  this.timeout(60_000);
  const transform = openTransform(toolCommands(), { log: silentLog });
  let world: MailboxWorld;
  const dialled: string[] = [];
  let document: Uint8Array;
  let fax: Left;

  before(async () => {
    document = await packedTiff(2, 400);
    fax = { kind: 'fax', part: { contentType: 'image/tiff', bytes: document, pages: 2 } };
    world = await openMailboxWorld({
      converters: [transform],
      standard: {
        notify: [{ gateway: 'sip', to: 'subscriber' }],
        toll: { rules: [{ allow: true, prefix: '+1303' }], dailyCalls: 50 },
      },
      onDial: (number) => (dialled.push(number), { kind: 'answered', steps: [faxMachine()] }),
    });
  });
  after(async () => {
    await world[Symbol.asyncDispose]();
    await transform[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    dialled.length = 0;
    world.faxing.told.length = 0;
  });

  async function answer(message: Message, ...steps: readonly Step[]) {
    const mailbox = await world.mailbox(alice);
    const person = world.media.ring({ steps: [...steps, hangup()] });
    await person.call.answer();
    await answerDialogue(person.call, mailbox, message, world.deps);
    await person.call.hangup();
    return person;
  }

  async function work(): Promise<void> {
    for (;;) {
      const job = await world.test.store.faxes.takeDue(world.deps.clock.now(), 120_000);
      if (job === undefined) return;
      await runFax(world.faxing.deps, job, new AbortController().signal);
    }
  }

  it('presses 4 at a fax and enters the number: its pages arrive there, and a text says so', async () => {
    const message = await world.leave(alice, fax);
    const steps = [hear('menu-answer-send-fax'), press('4'), hear('fax-enter-number'), press('3035550166#')];
    const { prompts } = await answer(message, ...steps, hear('fax-on-its-way'));
    assertHeard(prompts, ['menu-answer-send-fax', 'fax-enter-number', 'fax-on-its-way']);
    await work();
    assert.deepEqual(dialled, ['+13035550166']);
    const got = await pagesOf(world.media.callers.flatMap(({ faxes }) => faxes).at(-1)!);
    const sent = await pagesOf(document);
    assert.equal(got.length, 2);
    sent.forEach((page, i) => assert.ok(shows(got[i]!, page)));
    assert.deepEqual(world.faxing.told, [`${alice}: Your fax to +13035550166 has been delivered: 2 pages.`]);
  });

  it('can send what was written too: it becomes a page', async () => {
    const part = { contentType: 'text/plain; charset=utf-8', bytes: Buffer.from('Meet me at noon.') };
    const message = await world.leave(alice, { kind: 'text', part });
    await answer(message, press('4'), hear('fax-enter-number'), press('3035550166#'), hear('fax-on-its-way'));
    await work();
    const pages = await pagesOf(world.media.callers.flatMap(({ faxes }) => faxes).at(-1)!);
    assert.equal(pages.length, 1);
    assert.ok(pages[0]!.rows.some((byte) => byte !== 0));
  });

  it('is not offered it for a voice message', async () => {
    const { prompts } = await answer(await world.leave(alice), hear('menu-answer-send-on'), press('*'));
    assert.ok(!prompts.includes('menu-answer-send-fax'));
  });

  it('hears that a number cannot be called, or is none, and nothing is sent', async () => {
    const message = await world.leave(alice, fax);
    for (const [typed, said] of [
      ['011442079460000#', 'call-denied'],
      ['1#', 'fax-number-wrong'],
      ['*', 'send-cancelled'],
      ['#', 'send-cancelled'],
    ] as const) {
      const { prompts } = await answer(
        message,
        press('4'),
        hear('fax-enter-number'),
        press(typed),
        hear(said),
      );
      assertHeard(prompts, ['fax-enter-number', said]);
    }
    await work();
    assert.deepEqual(dialled, []);
  });

  it('hears it when the store is away, and can try again', async () => {
    const message = await world.leave(alice, fax);
    const away: Step = { kind: 'meanwhile', run: () => (world.away = true) };
    const { prompts } = await answer(
      message,
      press('4'),
      hear('fax-enter-number'),
      away,
      press('3035550166#'),
      hear('not-now'),
    );
    world.away = false;
    assertHeard(prompts, ['fax-enter-number', 'not-now']);
  });
});
