import assert from 'node:assert/strict';
import { beforeFaxTone } from '../../../app/core/message/fax-tone.ts';
import { quiet, tone } from '../../../scripts/audio/tone.ts';
import { speech } from '../../audio/speech.ts';

/** ITU-T T.30, CNG. */
const calling = Buffer.concat([tone(1100, 520), quiet(3000)]);

function kept(...sounds: readonly Uint8Array[]): number {
  const all = Buffer.concat(sounds);
  return beforeFaxTone('audio/PCMU', all).length / 8;
}

describe('what was recorded before a fax tone', () => {
  it('is nothing where the tone is all there is', () => {
    assert.equal(kept(tone(1100, 460)), 0);
    assert.ok(kept(quiet(200), calling, tone(1100, 100)) <= 220);
  });

  it('is what was said first, to within 40 ms', async () => {
    const words = Buffer.concat([
      (await speech('Please call me back today about the delivery.')).subarray(0, 3000 * 8),
      quiet(200),
    ]);
    const ms = words.length / 8;
    for (const tail of [tone(1100, 460), Buffer.concat([calling, tone(1100, 300)])])
      assert.ok(Math.abs(kept(words, tail) - ms) <= 40, `${kept(words, tail)} of ${ms}`);
  });

  it('is all of it where nobody sent a fax: speech and other tones stay', async () => {
    const words = await speech('Please call me back today about the delivery.');
    assert.equal(kept(words), words.length / 8);
    for (const hz of [440, 1000, 1209, 1336, 2100]) {
      const sound = tone(hz, 1000);
      assert.equal(kept(sound), sound.length / 8, `${hz} Hz`);
    }
  });

  it('is the whole in a codec that it cannot be told in', () => {
    const bytes = tone(1100, 500);
    assert.equal(beforeFaxTone('audio/G722', bytes), bytes);
  });
});
