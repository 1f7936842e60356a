import assert from 'node:assert/strict';
import { nextCall, openLab } from './lab.ts';
import type { Lab } from './lab.ts';

const long = 'x'.repeat(400);

describe('a caller with a display name longer than is handed over', function () {
  this.timeout(40_000);
  let lab: Lab;
  before(async () => (lab = await openLab()));
  after(async () => lab?.[Symbol.asyncDispose]());

  const cases: [string, { fromName?: string; headers?: string[] }, string | undefined, string | undefined][] =
    [
      ['in From keeps the number', { fromName: long }, '+12025550123', undefined],
      ['of 299 characters too', { fromName: 'y'.repeat(270) }, '+12025550123', undefined],
      [
        'in P-Asserted-Identity keeps the number',
        { headers: [`P-Asserted-Identity: "${long}" <sip:+12025550144@x>`] },
        '+12025550123',
        '+12025550144',
      ],
      [
        'with commas, brackets and bars does too',
        { fromName: '(a)|,;{b} '.repeat(40) },
        '+12025550123',
        undefined,
      ],
      [
        'that looks like an address brings none in',
        {
          headers: [`P-Asserted-Identity: "<sip:+12025550101@x>${long}" <sip:+12025550144@x>;y="<sip:1@x>"`],
        },
        '+12025550123',
        undefined,
      ],
    ];
  for (const [title, options, from, asserted] of cases) {
    it(title, async () => {
      await using media = await lab.media();
      const phone = await lab.phone.call('+12025550100', options);
      const call = await nextCall(media);
      const { facts } = call;
      assert.deepEqual([facts.from?.number, facts.asserted?.number], [from, asserted]);
      assert.equal(facts.requestUser, '+12025550100');
      await call.hangup();
      await phone.ended();
    });
  }
});
