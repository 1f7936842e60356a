import assert from 'node:assert/strict';
import { quiet, tone } from '../../../scripts/audio/tone.ts';
import { answeredCall, goneOf, nextCall, openLab, ruleFor } from './lab.ts';
import type { Lab } from './lab.ts';
import { endOf } from '../cases/prompts.ts';

/** A calling fax (ITU-T T.30): 1100 Hz for half a second every three and a half. */
const calling = Buffer.concat([tone(1100, 520), quiet(3000), tone(1100, 520), quiet(3000)]);

const greeting = { kind: 'prompt', name: 'greeting-default' } as const;

describe('a fax that calls (StasisEnd, then StasisStart of the same channel)', function () {
  this.timeout(40_000);
  let lab: Lab;
  before(async () => (lab = await openLab()));
  after(async () => lab?.[Symbol.asyncDispose]());

  it('ends the call that was and begins one that knows of it, during a greeting and a recording', async () => {
    await using media = await lab.media();
    for (const during of ['greeting', 'recording'] as const) {
      const { phone, call } = await answeredCall(lab, media);
      const doing =
        during === 'greeting'
          ? call.play(
              Array.from({ length: 5 }, () => greeting),
              { language: 'en' },
            )
          : call.record(ruleFor(call, { beep: false }));
      void phone.say(calling);
      const fax = await nextCall(media);
      assert.equal(fax.id, call.id);
      assert.deepEqual(fax.entry, { kind: 'fax' });
      assert.equal(fax.facts.requestUser, '+12025550100');
      await goneOf(call);
      const result = await doing;
      assert.equal(result.kind, 'gone', during);
      if ('take' in result) await result.take?.discard();
      // The first object's end is not the channel's.
      await call[Symbol.asyncDispose]();
      assert.deepEqual(
        endOf(await fax.play([{ kind: 'prompt', name: 'message-saved' }], { language: 'en' })),
        {
          kind: 'done',
        },
      );
      await phone.hearsTone(500);
      await fax.hangup();
      await phone.ended();
      await goneOf(fax);
      assert.deepEqual(await lab.recordings(), []);
    }
  });
});
