import assert from 'node:assert/strict';
import type { Attestation, CallerIdRules } from '../../app/core/address/attestation.ts';
import { noticeMail } from '../../app/core/mail/notice.ts';
import { readEnvelope, writeEnvelope } from '../../app/core/envelope/envelope.ts';
import { faxes, hangup, hear, press, speak } from '../../app/media/scripted/steps.ts';
import { faxTiff } from '../fax/tiff.ts';
import { shippedTexts } from '../speech/shipped.ts';
import { FlowWorld, access, subscriber } from './world.ts';

const menu = hear('menu-message-play');
const rules: CallerIdRules = { failed: 'refuse', none: 'quiet', C: 'mark', B: 'mark' };

async function call(attestation: Attestation | undefined, callerIds?: CallerIdRules, attests = true) {
  const world = new FlowWorld({ standard: callerIds === undefined ? {} : { callerIds } });
  const deps = { ...world.deps, trunks: [{ name: 'trunk', trusted: false, attests }] };
  Object.assign(world.deps, deps);
  const facts = { trunk: 'trunk', ...(attestation === undefined ? {} : { attestation }) };
  const person = await world.call(subscriber, [hear('beep'), speak(3000)], { facts });
  const [taken] = world.taken;
  return { world, person, quiet: taken?.quiet, from: taken?.draft.from };
}

describe('A caller whose number is signed', () => {
  it('has that in the envelope, whatever it came to; without a rule everybody is taken', async () => {
    for (const attestation of ['A', 'B', 'C', 'failed'] as const) {
      const { from, quiet } = await call(attestation);
      assert.deepEqual([from?.attestation, quiet], [attestation, undefined]);
    }
    assert.equal((await call(undefined)).from?.attestation, undefined);
    assert.equal(
      (await call('failed', rules, false)).from?.attestation,
      undefined,
      'by a trunk that checks none',
    );
  });

  it('is refused, kept quietly or marked, as the class says', async () => {
    const failed = await call('failed', rules);
    assert.deepEqual(failed.person.prompts, ['caller-id-refused', 'goodbye']);
    assert.deepEqual([failed.world.taken, failed.world.rows[0]?.outcome], [[], 'refused']);
    assert.equal(failed.world.givenBack, 1);
    assert.equal((await call(undefined, rules)).quiet, true);
    assert.equal((await call('C', rules)).quiet, undefined);
    assert.equal((await call('A', rules)).quiet, undefined);
    assert.equal((await call(undefined, rules, false)).quiet, undefined, 'nothing is known of any');
  });

  it('and sends a fax is judged alike', async () => {
    for (const [attestation, taken] of [
      ['failed', 0],
      ['C', 1],
    ] as const) {
      const world = new FlowWorld({ standard: { callerIds: rules, fax: 'only' } });
      Object.assign(world.deps, { trunks: [{ name: 'trunk', trusted: false, attests: true }] });
      const facts = { trunk: 'trunk', attestation };
      await world.call(subscriber, [faxes(faxTiff(1, 200))], { facts });
      assert.equal(world.taken.length, taken, attestation);
    }
  });

  it('is told of before the message, in the mail about it, and in the envelope for ever', async () => {
    const world = new FlowWorld();
    const heard = async (attestation: Attestation) => {
      const { reference } = world.add({ from: { number: '+12025550123', private: false, attestation } });
      const own = { facts: { from: { number: subscriber } } };
      const person = await world.call(reference, [menu, press('5'), menu, hangup()], own);
      return person.prompts.find((name) => name === 'caller-id-failed' || name === 'caller-id-verified');
    };
    assert.deepEqual(
      [await heard('failed'), await heard('A'), await heard('C')],
      ['caller-id-failed', 'caller-id-verified', undefined],
    );
    const [message] = world.messages;
    assert.ok(message !== undefined);
    const { envelope } = message;
    const sealed = { ...envelope, parts: [{ ...envelope.parts[0]!, sha256: '0'.repeat(64) }] };
    assert.equal(readEnvelope(writeEnvelope(sealed)).from.attestation, 'failed');
    const words = shippedTexts.wording('en');
    const mail = noticeMail({
      words,
      language: 'en',
      timeZone: 'UTC',
      access,
      message,
      answers: false,
      tooLarge: false,
    });
    assert.match(mail.text, /\+12025550123 - not verified, may be false/);
  });
});
