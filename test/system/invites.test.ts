import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Cdr } from '../../app/core/account/cdr.ts';
import { sippCall, type SippCall } from '../sipp/sipp.ts';
import { access, openSystem, type System } from './system.ts';

const alice = '"Alice" <sip:+12025550123@[local_ip]:[local_port]>';
const bob = '+12025550147';
const carol = '+12025550148';

interface Row {
  readonly rule: string;
  readonly call: Omit<SippCall, 'server' | 'from'> & { readonly from?: string };
  /** What the call detail record must say. */
  readonly is: Partial<Pick<Cdr, 'src' | 'dst' | 'lastapp'>>;
}

/** S31–S33: one INVITE a rule, sent by SIPp through a real Asterisk. */
const rows: readonly Row[] = [
  {
    rule: 'the number called is the request URI',
    call: { requestUser: bob },
    is: { dst: bob, src: '+12025550123', lastapp: 'abandoned' },
  },
  {
    rule: 'a national number is completed by the country of the plan',
    call: { requestUser: '2025550147' },
    is: { dst: bob },
  },
  {
    rule: 'a retargeted call is known by To',
    call: { requestUser: access, toUser: bob },
    is: { dst: bob, lastapp: 'abandoned' },
  },
  {
    rule: 'Diversion: the first redirecting party is the last header',
    call: {
      requestUser: access,
      headers: [
        `Diversion: <sip:${carol}@pbx>;reason=user-busy`,
        `Diversion: <sip:${bob}@pbx>;reason=unconditional`,
      ],
    },
    is: { dst: bob, lastapp: 'abandoned' },
  },
  {
    rule: 'a header’s name may be written in any case, and stand behind many others',
    call: {
      requestUser: access,
      headers: [
        ...Array.from({ length: 60 }, (_, i) => `X-Something-Of-A-Network-${i}: ${i}`),
        `DIVERSION: <sip:${bob}@pbx>;reason=unconditional`,
      ],
    },
    is: { dst: bob, lastapp: 'abandoned' },
  },
  {
    rule: 'History-Info: the original target is the first entry',
    call: {
      requestUser: access,
      headers: [
        `History-Info: <sip:${bob}@pbx>;index=1`,
        `History-Info: <sip:${carol}@pbx?Reason=SIP%3Bcause%3D486>;index=1.1`,
        `History-Info: <sip:${access}@pbx;cause=486>;index=1.1.1`,
      ],
    },
    is: { dst: bob, lastapp: 'abandoned' },
  },
  {
    rule: 'RFC 4458: target and cause of the request URI name the mailbox',
    call: { requestUser: access, uriParameters: `;target=sip%3A%2B12025550147%40pbx;cause=486` },
    is: { dst: bob, lastapp: 'abandoned' },
  },
  {
    rule: 'the access number itself is for hearing messages',
    call: { requestUser: access, toUser: access },
    is: { dst: access, lastapp: 'abandoned' },
  },
  {
    rule: 'P-Asserted-Identity wins over From',
    call: {
      requestUser: bob,
      from: '"Somebody" <sip:anonymous@anonymous.invalid>',
      headers: ['P-Asserted-Identity: "Dora" <sip:+12025550155@pbx>'],
    },
    is: { src: '+12025550155', dst: bob },
  },
  {
    rule: 'who asks for privacy is not named to the mailbox’s owner, but the operator’s record has the number',
    call: {
      requestUser: bob,
      headers: ['P-Asserted-Identity: <sip:+12025550155@pbx>', 'privacy: id'],
    },
    is: { src: '+12025550155', dst: bob, lastapp: 'abandoned' },
  },
  {
    rule: 'a number outside the plan is refused and gets no mailbox',
    call: { requestUser: '+14155550100', holdMs: 800 },
    is: { dst: '+14155550100', lastapp: 'refused' },
  },
];

describe('Who is called, and by whom: INVITEs of SIPp', function () {
  this.timeout(60_000);
  let system: System;

  before(async () => {
    system = await openSystem();
  });

  after(() => system[Symbol.asyncDispose]());

  for (const { rule, call, is } of rows) {
    it(`S31 S32 S33: ${rule}`, async () => {
      const before = await rowIds(system);
      const { sipHost: host, sipPort: port } = system.asterisk;
      await sippCall({ from: alice, ...call, server: { host, port } });
      const row = await newCall(system, before);
      for (const [field, value] of Object.entries(is)) {
        assert.equal(row[field as keyof Cdr], value, `${field}: ${JSON.stringify(row)}`);
      }
    });
  }

  it('none of these calls left a message, so none made a mailbox', async () => {
    for (const number of [bob, carol, '+14155550100']) {
      assert.equal(await system.store.mailboxes.find(number as never), undefined, number);
    }
  });
});

async function rowIds(system: System): Promise<Set<string>> {
  return new Set((await system.store.cdrs.list({ limit: 200 })).map((row) => row.id));
}

/** The record of the call just made; it is written right after the hang-up. */
async function newCall(system: System, before: ReadonlySet<string>): Promise<Cdr> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await pause(50)) {
    const rows = await system.store.cdrs.list({ limit: 200 });
    const row = rows.find((one) => one.event === 'call' && !before.has(one.id));
    if (row !== undefined) return row;
  }
  throw new Error('no call detail record came');
}
