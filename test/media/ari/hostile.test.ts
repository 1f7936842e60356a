import assert from 'node:assert/strict';
import { isFault } from '../../../app/core/errors.ts';
import { nextCall, openLab } from './lab.ts';
import type { Lab } from './lab.ts';

describe('hostile calls through Asterisk', function () {
  this.timeout(40_000);
  let lab: Lab;
  before(async () => (lab = await openLab()));
  after(async () => lab?.[Symbol.asyncDispose]());

  const hostile: Readonly<Record<string, Parameters<Lab['phone']['call']>[1]>> = {
    'a display name of 4 kB': { fromName: 'A'.repeat(4000) },
    'escapes that are none': { fromUser: '%zz%', toUser: '%zz' },
    '8-bit characters': {
      headers: [Buffer.from('Diversion: "\xff\xfe\x80" <sip:+12025550101@x>;reason=no-answer', 'latin1')],
    },
    'dialplan code in a name': { fromName: '${SHELL(touch /tmp/ab-owned)}|$[1+1],(((' },
    'a folded header': { headers: ['Diversion: <sip:+12025550101@x>\r\n ;reason=user-busy'] },
    'separators of our own': { headers: ['P-Asserted-Identity: "a|b%7C" <sip:+12025550123@x>'] },
  };

  for (const [what, options] of Object.entries(hostile)) {
    it(`${what}: the call comes, with safe facts`, async () => {
      await using media = await lab.media();
      const phone = await lab.phone.call('+12025550100', options);
      const call = await nextCall(media);
      assert.equal(call.facts.requestUser, '+12025550100');
      // As JSON writes control characters.
      assert.doesNotMatch(JSON.stringify(call.facts), /\\(?:u00|[bfnrt])/);
      assert.ok((call.facts.from?.name?.length ?? 0) <= 80);
      for (const { number } of call.facts.diversions) assert.equal(number, '+12025550101');
      await call.answer();
      await phone.up();
      await call.hangup();
      await phone.ended();
    });
  }

  it('calling out takes plain numbers only, and names cannot break out', async () => {
    await using media = await lab.media();
    const options = { callerNumber: '+12025550199', ringSeconds: 5 };
    for (const number of ['1@evil', 'x/sip:1@y', '1&PJSIP/2', '']) {
      assert.deepEqual(await media.dial({ number }, options), { kind: 'unallocated' });
    }
    await assert.rejects(media.dial({ number: '1', trunk: 'nope' }, options), (error) =>
      isFault(error, 'invalid'),
    );
    const dialled = media.dial(
      { number: '+12025550150' },
      { ...options, callerName: 'x" <sip:evil>\r\nX-Evil: 1' },
    );
    const incoming = await lab.phone.incoming();
    assert.equal(incoming.from, '+12025550199');
    incoming.refuse(486);
    assert.equal((await dialled).kind, 'busy');
  });
});
