import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { line } from '../../app/config/line.ts';
import type { E164 } from '../../app/core/ids.ts';
import type { Message } from '../../app/core/message/message.ts';
import { callRecords } from './call-records.ts';
import { access, openSystem, type System } from './system.ts';

const subscriber = '+12025550147';

/** What an exchange says of a call, as channels of ISDN, SS7 and R2 set it; the far end of a Local channel plays the exchange. */
const exchange = `
[exchange]
exten => direct,1,Set(CALLERID(num)=+12025550123)
 same => n,Set(CALLERID(name)=Alice "(home)")
 same => n,Set(CALLERID(ani)=+12025550123)
 same => n,Set(CALLERID(dnid)=${subscriber})
 same => n,Set(CALLERID(num-pres)=allowed_passed_screen)
 same => n,Set(AB_TRUNK=pstn)
 same => n,Goto(from-line,${subscriber},1)
exten => forwarded,1,Set(CALLERID(num)=+12025550124)
 same => n,Set(CALLERID(num-pres)=prohib_passed_screen)
 same => n,Set(REDIRECTING(from-num)=+12025550999)
 same => n,Set(REDIRECTING(reason)=cfb)
 same => n,Set(REDIRECTING(orig-num)=2025550148)
 same => n,Set(REDIRECTING(orig-reason)=cfnr)
 same => n,Set(AB_TRUNK=pstn)
 same => n,Goto(from-line,${access},1)
exten => digits,1,Set(CALLERID(ani)=2025550125)
 same => n,Set(CALLERID(dnid)=2025550149)
 same => n,Set(AB_TRUNK=pstn)
 same => n,Goto(from-line,s,1)
exten => late,1,Set(CALLERID(num)=+12025550126)
 same => n,Set(AB_TRUNK=pstn)
 same => n,Goto(from-line,+12025550151,1)
exten => tone,1,Set(AB_TRUNK=pstn)
 same => n,Set(AB_DIALLED=+12025550152)
 same => n,Gosub(line-facts,s,1)
 same => n,Goto(from-line,fax,1)
exten => nothing,1,Set(AB_TRUNK=pstn)
 same => n,Goto(from-line,s,1)
exten => hostile,1,Set(CALLERID(num)=)}|1)
 same => n,Set(CALLERID(name)=\${ENV(HOME)}|%00|")
 same => n,Set(AB_TRUNK=pstn)
 same => n,Goto(from-line,2025550150,1)
[speaker]
exten => tone,1,Playtones(440)
 same => n,Wait(14)
 same => n,Hangup()
`;

describe('Lines of the telephone network, on real calls', function () {
  this.timeout(90_000);
  let system: System;

  before(async () => {
    const pstn = {
      name: 'pstn',
      host: '127.0.0.1',
      port: 5060,
      line: line.parse({ signalling: 'pri-user', spans: [1] }),
    };
    system = await openSystem({
      lines: [pstn],
      tries: 2,
      dialplan: { 'extensions.conf': exchange, 'modules.conf': 'load = res_clioriginate.so' },
    });
  });
  after(() => system[Symbol.asyncDispose]());

  const ring = (from: string) =>
    system.asterisk.cli(`channel originate Local/${from}@exchange/n extension tone@speaker`);

  async function onlyMessage(number: string): Promise<Message> {
    for (const deadline = Date.now() + 60_000; Date.now() < deadline; await pause(100)) {
      const mailbox = await system.store.mailboxes.find(number as E164);
      const messages = mailbox && (await system.store.messages.list(mailbox.id, { limit: 2 }));
      assert.ok((messages?.length ?? 0) < 2, `one message for ${number}`);
      if (messages?.[0] !== undefined) return messages[0];
    }
    throw new Error(`no message for ${number}`);
  }

  it('S15: ANI, DNIS, RDNIS and causes lead to caller and mailbox as headers do', async () => {
    await Promise.all(['direct', 'forwarded', 'digits', 'nothing', 'hostile'].map(ring));
    const direct = await onlyMessage(subscriber);
    assert.deepEqual(direct.envelope.from, { number: '+12025550123', name: 'Alice home', private: false });
    assert.ok((direct.envelope.parts[0]?.durationMs ?? 0) > 2000, JSON.stringify(direct.envelope.parts));
    // The original called number, over the one that forwarded last; the caller wants to stay unknown.
    const forwarded = await onlyMessage('+12025550148');
    assert.equal(forwarded.envelope.from.private, true);
    // National digits, no number but that of billing.
    const digits = await onlyMessage('+12025550149');
    assert.equal(digits.envelope.from.number, '+12025550125');
    const hostile = await onlyMessage('+12025550150');
    assert.equal(hostile.envelope.from.number ?? '1', '1');
    assert.equal(await system.store.mailboxes.find('+12025550999' as E164), undefined);
    const calls = (await callRecords(system, 5)).filter(({ event }) => event === 'call');
    assert.deepEqual(new Set(calls.map(({ channel }) => channel)), new Set(['pstn']));
  });

  it('S15: a fax tone on a line leads to the fax machine', async () => {
    const before = (await callRecords(system, 0)).length;
    await ring('tone');
    const rows = await callRecords(system, before + 1);
    const row = rows.find(({ dst }) => dst === '+12025550152');
    // There is a tone and no fax behind it.
    assert.deepEqual([row?.dcontext, row?.channel, row?.faxstatus], ['fax', 'pstn', 'FAILED']);
  });

  it('S15: without a controller the dialplan takes the message of a line by itself', async () => {
    await system.controller.kill('SIGKILL');
    await ring('late');
    await idle();
    await system.restart();
    const late = await onlyMessage('+12025550151');
    assert.equal(late.envelope.from.number, '+12025550126');
    const log = await readFile(join(system.directory, 'asterisk/log/messages'), 'utf8');
    assert.doesNotMatch(log, /ERROR\[.*pjsip/i);
  });

  /** All calls are over. */
  async function idle(): Promise<void> {
    for (const deadline = Date.now() + 60_000; Date.now() < deadline; await pause(200)) {
      if (/\b0 active calls/.test(await system.asterisk.cli('core show channels'))) return;
    }
    throw new Error('a call goes on');
  }
});
