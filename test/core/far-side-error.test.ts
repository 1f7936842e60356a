import assert from 'node:assert/strict';
import { farSideError } from '../../app/core/far-side-error.ts';
import { mailFault } from '../../app/gateways/email/mail-faults.ts';
import { twilioFault } from '../../app/gateways/sms/twilio-faults.ts';

const forged = '    at +12025550123 said Hello (the-far-side.ts:1:1)';
const words = `550 no such user <ann@far.example>\n${forged}\n${forged}`;

describe('What is kept of an error by which a far side answered', () => {
  it('is codes, and where it was thrown: no line of its words, though it looks like one of a stack', () => {
    const later = new Error(words);
    // As libraries do: the far side’s words come after the fact, or leave.
    later.message += ': more';
    const shorter = Object.assign(new Error(words), { message: '' });
    for (const error of [new Error(words), new TypeError(words), later, shorter]) {
      const kept = farSideError(Object.assign(error, { code: 'EENVELOPE', responseCode: 550 }));
      assert.equal(kept.message, 'EENVELOPE 550');
      assert.doesNotMatch(kept.stack ?? '', /Hello|ann@|550 no/);
      assert.match(kept.stack ?? '', /\n {4}at .*far-side-error\.test\.ts:\d+/);
    }
    const thrown = farSideError(words);
    assert.equal(thrown.message, 'no code');
    assert.doesNotMatch(thrown.stack ?? '', /Hello/);
    const named = farSideError(
      Object.assign(new Error('x'), { name: `Error\n${forged}`, code: `X\n${forged}` }),
    );
    assert.doesNotMatch(`${named.name} ${named.message} ${named.stack}`, /Hello/);
  });

  it('holds for a relay that greets oddly, and for an answer of Twilio that cannot be read, too', () => {
    for (const { cause } of [mailFault(new Error(words)), twilioFault(new SyntaxError(words))]) {
      assert.ok(cause instanceof Error);
      assert.doesNotMatch(`${cause.message} ${cause.stack}`, /Hello|ann@|no such/);
    }
  });
});
