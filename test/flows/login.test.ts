import assert from 'node:assert/strict';
import type { CallFacts } from '../../app/core/address/call-facts.ts';
import { answerCall } from '../../app/flows/answer.ts';
import { hangup, hear, meanwhile, press, silence, type Step } from '../../app/media/scripted/steps.ts';
import { access, assertHeard, caller, FlowWorld, mailbox, subscriber, type WorldOptions } from './world.ts';

const pin = '482915';
const other = '730582';
const box = mailbox();

/** A world in which the subscriber has a mailbox, and perhaps a PIN. */
async function worldWith(
  have: { readonly pin?: string; readonly mustChange?: boolean } = {},
  options: WorldOptions = {},
): Promise<FlowWorld> {
  const world = new FlowWorld(options);
  world.onFind = async (number) => (number === subscriber ? box : undefined);
  if (have.pin !== undefined) await world.access.setPin(box.id, have.pin, have.mustChange);
  return world;
}

const own: { facts: Partial<CallFacts> } = { facts: { from: { number: subscriber } } };
/** The network that this came over lets anybody say any number. */
const untrusted = (number: string): { facts: Partial<CallFacts> } => ({
  facts: { trunk: 'elsewhere', from: { number } },
});
const forMailbox = [hear('enter-reference'), press('*'), hear('enter-mailbox'), press('2025550147#')];
const waits = silence(60_000);
const inside = 'mailbox-empty';

describe('A subscriber who calls the access number', () => {
  it('from the own phone presses # and is in', async () => {
    const world = await worldWith({ pin });
    const person = await world.call(
      access,
      [hear('enter-reference'), press('#'), hear(inside), hangup()],
      own,
    );
    assertHeard(person.prompts, ['enter-reference', inside]);
    assert.ok(!person.prompts.includes('enter-pin'));
    assert.equal(world.rows[0]?.outcome, 'listen');
    assert.deepEqual(
      world.access.audited.map(({ event, outcome, caller: who }) => [event, outcome, who]),
      [['login', 'own-phone', subscriber]],
    );
  });

  it('from the own phone without a PIN is offered one, once a day, and may go on without', async () => {
    const world = await worldWith();
    const steps = [
      hear('enter-reference'),
      press('#'),
      hear('offer-pin'),
      press('0'),
      hear(inside),
      hangup(),
    ];
    const first = await world.call(access, steps, own);
    assertHeard(first.prompts, ['offer-pin', inside]);
    const second = await world.call(access, [press('#'), hear(inside), hangup()], own);
    assert.ok(!second.prompts.includes('offer-pin'));
    assert.equal(await world.deps.authentication.hasPin(box.id), false);
  });

  it('who says nothing to the offer is in all the same', async () => {
    const world = await worldWith();
    const person = await world.call(access, [press('#'), silence(600_000)], own);
    assertHeard(person.prompts, ['offer-pin', inside]);
  });

  it('and types ahead is not held up by the offer: the keys are for the mailbox', async () => {
    const world = await worldWith();
    const person = await world.call(access, [press('#6'), hear('menu-settings-pin'), hangup()], own);
    assert.ok(!person.prompts.includes('new-pin'));
    assertHeard(person.prompts, ['menu-settings-pin']);
  });

  it('and types ahead loses none of the keys, not even those of the offer', async () => {
    const world = await worldWith();
    const person = await world.call(access, [press('#69'), hear('invalid-key'), hangup()], own);
    assert.ok(!person.prompts.includes('new-pin'));
    assertHeard(person.prompts, ['invalid-key']);
  });

  it('and takes the offer chooses a PIN and is in', async () => {
    const world = await worldWith();
    const steps = [
      press('#'),
      hear('offer-pin'),
      press('9'),
      hear('new-pin'),
      press(`${pin}#`),
      hear('new-pin-again'),
      press(`${pin}#`),
      hear('pin-set'),
      hear(inside),
      hangup(),
    ];
    await world.call(access, steps, own);
    const asker = { key: 'x', trusted: false };
    assert.deepEqual(await world.deps.authentication.login(box, pin, asker), { kind: 'in' });
  });

  it('of a class that always asks gives the PIN on the own phone too', async () => {
    const world = await worldWith({ pin }, { standard: { pin: 'always' } });
    const steps = [press('#'), hear('enter-pin'), press(`${pin}#`), hear(inside), hangup()];
    const person = await world.call(access, steps, own);
    assertHeard(person.prompts, ['enter-pin', inside]);
  });

  it('of a class that always asks, and has none, must choose one first', async () => {
    const world = await worldWith({}, { standard: { pin: 'always' } });
    const left = await world.call(access, [press('#'), hear('new-pin'), press('*'), waits], own);
    assertHeard(left.prompts, ['pin-needed', 'new-pin', 'goodbye']);
    assert.ok(!left.prompts.includes(inside));
    const steps = [press(`#${pin}#${pin}#`), hear(inside), hangup()];
    await world.call(access, steps, own);
    assert.equal(await world.deps.authentication.hasPin(box.id), true);
  });

  it('from another phone enters number and PIN, and types all of it ahead', async () => {
    const world = await worldWith({ pin });
    const steps = [...forMailbox, hear('enter-pin'), press(`${pin}#`), hear(inside), hangup()];
    const person = await world.call(access, steps, untrusted(caller));
    assertHeard(person.prompts, ['enter-reference', 'enter-mailbox', 'enter-pin', inside]);
    assert.ok(
      person.prompts.every((name) => !name.includes('digit')),
      'nothing is said back',
    );
    const ahead = await world.call(
      access,
      [press(`*2025550147#${pin}#`), hear(inside), hangup()],
      untrusted(caller),
    );
    assert.ok(!ahead.prompts.includes('enter-pin'));
  });

  it('and only says that it is the own phone gives the PIN', async () => {
    const world = await worldWith({ pin });
    const person = await world.call(access, [press('#'), hear('enter-pin'), hangup()], untrusted(subscriber));
    assert.ok(!person.prompts.includes(inside));
    assert.equal(world.rows[0]?.outcome, 'abandoned');
  });

  it('starts the PIN anew with *, and goes back with * alone', async () => {
    const world = await worldWith({ pin });
    const steps = [...forMailbox, hear('enter-pin'), press(`99*${pin}#`), hear(inside), hangup()];
    const person = await world.call(access, steps, untrusted(caller));
    assertHeard(person.prompts, ['enter-pin', 'enter-pin', inside]);
    const back = await world.call(
      access,
      [press('**'), hear('enter-reference'), hangup()],
      untrusted(caller),
    );
    assertHeard(back.prompts, ['enter-reference']);
  });

  it('whose PIN was chosen by somebody else must choose another', async () => {
    const world = await worldWith({ pin, mustChange: true });
    const begin = [...forMailbox, hear('enter-pin'), press(`${pin}#`), hear('pin-must-change')];
    const left = await world.call(access, [...begin, hear('new-pin'), press('*'), waits], untrusted(caller));
    assert.ok(!left.prompts.includes(inside));
    const steps = [...begin, press(`${other}#`), hear('new-pin-again'), press(`${other}#`), hear(inside)];
    const person = await world.call(access, [...steps, hangup()], untrusted(caller));
    assertHeard(person.prompts, ['pin-must-change', 'pin-set', inside]);
  });
});

describe('A caller with a wrong PIN', () => {
  it('is told so each time, then for how long it is locked, and the call ends', async () => {
    const world = await worldWith({ pin });
    const wrong = press(`${other}#`);
    const steps = [...forMailbox, wrong, hear('pin-wrong'), wrong, hear('pin-wrong'), wrong, waits];
    const person = await world.call(access, steps, untrusted(caller));
    assertHeard(person.prompts, ['pin-wrong', 'pin-wrong', 'pin-locked', 'try-again-in', 'goodbye']);
    assert.ok(isSaid(person.heard, { kind: 'count', value: 1, noun: 'minute' }));
    assert.equal((await person.ended).by, 'us');
    assert.equal(world.rows[0]?.outcome, 'refused');
  });

  it('who calls again is told before any PIN is asked for, with a longer wait after the next', async () => {
    const world = await worldWith({ pin });
    const wrong = press(`${other}#`);
    await world.call(access, [...forMailbox, wrong, wrong, wrong, waits], untrusted(caller));
    const again = await world.call(access, [...forMailbox, waits], untrusted(caller));
    assertHeard(again.prompts, ['pin-locked', 'try-again-in', 'goodbye']);
    assert.ok(!again.prompts.includes('enter-pin'));
    world.pass(61_000);
    const later = await world.call(
      access,
      [...forMailbox, hear('enter-pin'), wrong, waits],
      untrusted(caller),
    );
    assert.ok(isSaid(later.heard, { kind: 'count', value: 5, noun: 'minute' }));
    world.pass(301_000);
    const right = await world.call(
      access,
      [...forMailbox, press(`${pin}#`), hear(inside), hangup()],
      untrusted(caller),
    );
    assertHeard(right.prompts, [inside]);
  });

  it('who has typed more PINs ahead hears all the same that it is locked', async () => {
    const world = await worldWith({ pin });
    const wrong = `${other}#`.repeat(7);
    const person = await world.call(access, [...forMailbox, press(wrong), waits], untrusted(caller));
    assertHeard(person.prompts, ['pin-locked', 'try-again-in', 'goodbye']);
    assert.equal(world.access.audited.length, 3);
  });

  it('does not keep the subscriber out of the own phone', async () => {
    const world = await worldWith({ pin });
    const wrong = press(`${other}#`);
    for (let n = 0; n < 8; n += 1)
      await world.call(access, [...forMailbox, wrong, wrong, wrong, waits], untrusted(`+1303555010${n}`));
    const stranger = await world.call(access, [...forMailbox, waits], untrusted('+13035550200'));
    assert.ok(stranger.prompts.includes('pin-locked'));
    const person = await world.call(access, [press('#'), hear(inside), hangup()], own);
    assert.ok(person.prompts.includes(inside));
  });

  it('never appears with a PIN in the audit or the record of the call', async () => {
    const world = await worldWith({ pin });
    await world.call(
      access,
      [...forMailbox, press(`${other}#${pin}#`), hear(inside), hangup()],
      untrusted(caller),
    );
    const written = JSON.stringify([world.access.audited, world.rows]);
    assert.ok(!written.includes(pin) && !written.includes(other), written);
  });

  it('who presses nothing is asked three times, and the call ends politely', async () => {
    const world = await worldWith({ pin });
    const person = await world.call(access, [...forMailbox, silence(600_000)], untrusted(caller));
    assert.equal(person.prompts.filter((name) => name === 'enter-pin').length, 3);
    assertHeard(person.prompts, ['no-key-heard', 'goodbye']);
    assert.equal(world.access.audited.length, 0);
  });

  it('asks for a mailbox that is not there: is told so, and asked again', async () => {
    const world = await worldWith({ pin });
    for (const number of ['2025550199', '12', '99999999999999999999']) {
      const steps = [press(`*${number}#`), hear('mailbox-unknown'), hear('enter-reference'), hangup()];
      const person = await world.call(access, steps, untrusted(caller));
      assertHeard(person.prompts, ['mailbox-unknown', 'enter-reference']);
    }
  });
});

describe('A mailbox without PIN, and a caller who may be anybody', () => {
  const asks = [...forMailbox, hear('code-offer')];

  it('gets a code by text to its own phone, types it, chooses a PIN and is in', async () => {
    const world = await worldWith();
    const person = world.media.ring({
      facts: { requestUser: access, toUser: access, ...untrusted(caller).facts },
      steps: [...asks, press('1'), hear('enter-code'), meanwhile(() => typesCode())],
    });
    const typesCode = (): void =>
      person.does(
        press(`${world.access.code}#`),
        hear('new-pin'),
        press(`${pin}#`),
        hear('new-pin-again'),
        press(`${pin}#`),
        hear(inside),
        hangup(),
      );
    await answerCall(person.call, world.deps);
    assert.equal(world.access.texts[0]?.to, subscriber);
    assertHeard(person.prompts, ['code-offer', 'code-sent', 'enter-code', 'new-pin', 'pin-set', inside]);
    assert.equal(await world.deps.authentication.hasPin(box.id), true);
    assert.ok(!JSON.stringify(world.access.audited).includes(world.access.code));
  });

  it('with no code nobody is in', async () => {
    const world = await worldWith();
    const wrong = press('000000#');
    const person = await world.call(
      access,
      [...asks, press('1'), wrong, wrong, wrong, waits],
      untrusted(caller),
    );
    assertHeard(person.prompts, ['code-offer', 'code-wrong', 'pin-locked', 'goodbye']);
    assert.ok(!person.prompts.includes('new-pin'));
    for (const keys of ['*', '#', '5']) {
      const refused = await world.call(access, [...asks, press(keys), waits], untrusted('+13035550100'));
      assert.ok(!refused.prompts.includes('new-pin') && !refused.prompts.includes(inside));
    }
    assert.equal(world.access.texts.length, 1);
  });

  it('asked for too often: no text goes out, and it is said', async () => {
    const world = await worldWith();
    const ask: readonly Step[] = [...asks, press('1'), hear('enter-code'), press('*'), waits];
    for (let n = 0; n < 3; n += 1) await world.call(access, ask, untrusted(`+1303555010${n}`));
    const person = await world.call(access, [...asks, press('1'), waits], untrusted('+13035550109'));
    assertHeard(person.prompts, ['code-too-many', 'goodbye']);
    assert.equal(world.access.texts.length, 3);
  });
});

describe('A reference from a phone that is not the mailbox’s own', () => {
  const asOwner = (world: FlowWorld, reference: string): void => {
    world.onOpen = (text) => {
      const last = world.opened.at(-1)?.asker;
      const message = world.messages.find((one) => one.reference === text);
      if (message === undefined || text !== reference) return { kind: 'wrong' };
      return last?.trusted && last.number === subscriber
        ? { kind: 'open', message, mailbox: box }
        : { kind: 'not-yours', mailbox: box };
    };
  };

  it('plays the message once the PIN is typed, dialled or typed', async () => {
    for (const way of ['dialled', 'typed']) {
      const world = await worldWith({ pin });
      const { reference } = world.add();
      asOwner(world, reference);
      const steps = [hear('enter-pin'), press(`${pin}#`), hear('sound-0'), hangup()];
      const person =
        way === 'dialled'
          ? await world.call(reference, steps, untrusted(caller))
          : await world.call(access, [press(`${reference}#`), ...steps], untrusted(caller));
      assertHeard(person.prompts, ['enter-pin']);
      assert.equal(world.rows[0]?.outcome, 'listen', way);
    }
  });

  it('is asked for on the own phone too where the class asks all', async () => {
    for (const way of ['dialled', 'typed']) {
      const world = await worldWith({ pin }, { standard: { pin: 'always' } });
      const { reference } = world.add();
      const steps = [hear('enter-pin'), press(`${other}#`), hear('pin-wrong'), press(`${pin}#`)];
      const then = [hear('sound-0'), hangup()];
      const person =
        way === 'dialled'
          ? await world.call(reference, [...steps, ...then], own)
          : await world.call(access, [press(`${reference}#`), ...steps, ...then], own);
      assertHeard(person.prompts, ['enter-pin', 'pin-wrong']);
      assert.equal(world.rows[0]?.outcome, 'listen', way);
    }
  });

  it('does not with a wrong one, and not where there is no PIN', async () => {
    const world = await worldWith({ pin });
    const { reference } = world.add();
    asOwner(world, reference);
    const wrong = press(`${other}#`);
    const steps = [hear('enter-pin'), wrong, wrong, wrong, waits];
    const person = await world.call(reference, steps, untrusted(caller));
    assertHeard(person.prompts, ['pin-wrong', 'pin-locked', 'goodbye']);
    const without = await worldWith();
    const second = without.add();
    asOwner(without, second.reference);
    const refused = await without.call(second.reference, [waits], untrusted(caller));
    assert.deepEqual(refused.prompts, ['reference-not-yours', 'goodbye']);
  });
});

describe('Choosing a PIN', () => {
  const problems: readonly (readonly [string, string])[] = [
    ['12345', 'pin-too-short'],
    ['483915207736194258037', 'pin-too-long'],
    ['123456', 'pin-sequence'],
    ['111222', 'pin-repeats'],
    ['550147', 'pin-own-number'],
    ['147258', 'pin-keypad-pattern'],
    ['121980', 'pin-date'],
    [pin, 'pin-used-before'],
  ];
  const begin = [press('#'), hear('enter-pin'), press(`${pin}#`), hear('pin-must-change'), hear('new-pin')];
  for (const [proposed, said] of problems) {
    it(`${proposed} is refused: ${said}`, async () => {
      const world = await worldWith({ pin, mustChange: true }, { standard: { pin: 'always' } });
      const steps = [...begin, press(`${proposed}#`), hear(said), hear('new-pin'), hangup()];
      const person = await world.call(access, steps, own);
      assertHeard(person.prompts, ['new-pin', said, 'new-pin']);
    });
  }

  it('two different ones: neither holds, and it is asked again; five times at most', async () => {
    const world = await worldWith({ pin, mustChange: true }, { standard: { pin: 'always' } });
    const twice = [press(`${other}#`), hear('new-pin-again'), press('907326#'), hear('pin-mismatch')];
    const rounds = Array.from({ length: 5 }, () => twice).flat();
    const person = await world.call(access, [...begin, ...rounds, waits], own);
    assert.equal(person.prompts.filter((name) => name === 'pin-mismatch').length, 5);
    assertHeard(person.prompts, ['pin-mismatch', 'goodbye']);
    assert.equal((await person.ended).by, 'us');
  });
});

function isSaid(heard: readonly object[], wanted: object): boolean {
  return heard.some((item) => JSON.stringify(item) === JSON.stringify(wanted));
}
