import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { validateXML } from 'xmllint-wasm';
import type { E164 } from '../../app/core/ids.ts';
import { smsUnits } from '../../app/core/notification/sms-units.ts';
import { babble } from '../audio/babble.ts';
import { prompt } from '../audio/prompt.ts';
import type { PhoneCall } from '../phone/call.ts';
import type { CallOptions, Phone } from '../phone/phone.ts';
import { openChance } from './chance.ts';
import { nextNotice } from './leave-message.ts';
import { openSystem, type System } from './system.ts';

const uri = '<sip:+12025550123@127.0.0.1>';

/** What callers say of themselves. Characters are bytes on the wire. */
const names: readonly { readonly what: string; readonly call: CallOptions; readonly name?: string }[] = [
  { what: 'a folded header', call: { from: `"Eve"\r\n ${uri}` }, name: 'Eve' },
  {
    what: 'escaped line ends in the user',
    call: { from: '"Eve" <sip:+12025550123%0d%0aX-Evil:1@127.0.0.1>' },
  },
  { what: '8-bit bytes that are no UTF-8', call: { from: `"\xff\xfe\x80Bo\xc3" ${uri}` } },
  { what: '4 kB of name', call: { from: `"${'x'.repeat(4096)}" ${uri}` } },
  { what: '%zz in the user', call: { from: '"Eve" <sip:+1202555%zz%4@127.0.0.1>' } },
  {
    what: 'what XML must escape',
    call: { from: `"<b>&amp;]]>'</b>" ${uri}` },
    name: `<b>&amp;]]>'</b>`,
  },
  { what: 'control characters', call: { from: `"A\x01\x02\x07\x1b[31mB" ${uri}` } },
  { what: 'characters that no SMS of 160 can hold', call: { fromName: '😀 Ζωή ﷺ'.repeat(20) } },
  { what: 'what the dialplan would take for its own', call: { fromName: '${CHANNEL(name)}),System(id' } },
  { what: 'a bar and a comma, which part fields', call: { fromName: 'a|b,c~d|1|2' }, name: 'a|b,c~d|1|2' },
];

const chance = openChance();

describe(`Hostile calls (seed ${chance.seed})`, function () {
  this.timeout(120_000);
  let system: System;
  let alice: Phone;
  let schema: string;

  before(async () => {
    [system, schema] = await Promise.all([
      openSystem(),
      readFile(new URL('../../app/core/envelope/envelope.xsd', import.meta.url), 'utf8'),
    ]);
    alice = await system.phone('+12025550123');
  });

  after(() => system[Symbol.asyncDispose]());

  /** `refused` is a clear answer as well. */
  async function answer(call: PhoneCall): Promise<'up' | 'refused'> {
    await call.up(25_000).catch(() => undefined);
    if (call.state === 'up') return 'up';
    assert.ok((call.status ?? 0) >= 400, `no answer: ${call.state}, ${call.status}`);
    return 'refused';
  }

  async function isServed(number: string): Promise<void> {
    const call = await alice.call(number);
    await call.hears(await prompt('greeting-default'), { withinMs: 20_000 });
    await call.hangup();
    assert.equal(system.controller.running, true);
  }

  for (const [i, { what, call: options, name }] of names.entries()) {
    it(`${what}: the message is whole and valid, and the text is one SMS`, async () => {
      const bob = `+1202555024${i}`;
      const call = await alice.call(bob, options);
      if ((await answer(call)) === 'refused') return isServed(`+1202555025${i}`);
      await call.soundAfter(0);
      await call.press('#');
      await call.hearsTone(1000, { withinMs: 20_000 });
      await call.say(babble(1200, i));
      await call.hangup();
      const { body } = await nextNotice(system, bob, 20_000);
      assert.ok(smsUnits(body).fits, `${smsUnits(body).units} units: ${body}`);
      assert.doesNotMatch(body, /[\p{Cc}]/u);
      const mailbox = await system.store.mailboxes.find(bob as E164);
      const [message] = await system.store.messages.list(mailbox!.id, { limit: 1 });
      const xml = await system.store.messages.envelopeXml(message!.id);
      const { valid, errors } = await validateXML({ xml: xml ?? '', schema });
      assert.ok(valid, JSON.stringify(errors));
      const { from } = message!.envelope;
      assert.doesNotMatch(from.name ?? '', /[\p{Cc}]/u);
      assert.ok((from.name ?? '').length <= 160);
      if (name !== undefined) assert.equal(from.name, name);
      return undefined;
    });
  }

  it('line ends in the name make no SIP: the switch drops it, and nothing of it comes through', async () => {
    const call = await alice.call('+12025550263', { from: `"Eve\r\nX-Evil: 1\r\n" ${uri}` });
    await assert.rejects(call.up(3000));
    await call.hangup().catch(() => undefined);
    await isServed('+12025550264');
  });

  it('a number of a thousand digits is refused or said not to be served, and makes no mailbox', async () => {
    const call = await alice.call('9'.repeat(1000));
    if ((await answer(call)) === 'up') {
      await call.hears(await prompt('number-not-served'), { withinMs: 15_000 });
      await call.ended(15_000);
    }
    await isServed('+12025550261');
  });

  it('a flood of garbage in the place of numbers: each has a clear answer, and the next caller is served', async () => {
    const signs = 'abz09+*#-_.!~\'()&=$,;?/%|<>"{}[]^`\\\x80\xff';
    const garbage = Array.from({ length: 40 }, () =>
      Array.from({ length: chance.between(1, 60) }, () => chance.pick(Array.from(signs))).join(''),
    );
    const fixed = [
      'Message/',
      'Message/ast_msg_queue',
      'fax',
      's',
      'h',
      'i',
      't',
      '%',
      '%00',
      '..%2f..%2fetc',
    ];
    const before = system.controller.pid;
    await Promise.all(
      [...garbage, ...fixed].map(async (user) => {
        const call = await alice.call(user, { withinMs: 25_000 });
        // What is no SIP at all need not be answered.
        if (/[<>"{}[\]^`\\|\x80-\xff]|%(?![0-9a-f]{2})/i.test(user)) {
          await call.up(8000).catch(() => undefined);
        } else {
          await answer(call);
        }
        await call.hangup().catch(() => undefined);
      }),
    );
    assert.equal(system.controller.pid, before);
    await isServed('+12025550262');
    assert.equal(await system.store.mailboxes.find('+12025550262' as E164), undefined);
  });
});
