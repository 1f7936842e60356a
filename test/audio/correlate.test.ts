import assert from 'node:assert/strict';
import { babble } from './babble.ts';
import { correlate } from '../../scripts/audio/correlate.ts';
import { alawToUlaw, decodeUlaw, encodeUlaw, ulawToAlaw } from '../../scripts/audio/g711.ts';
import { findTone, quiet, tone, toneShare } from '../../scripts/audio/tone.ts';
import { cpuMs } from '../core/cpu-time.ts';

describe('sound comparison', () => {
  it('finds a message where it lies in what was heard', () => {
    const said = babble(2000, 1);
    const { score, offsetMs } = correlate(Buffer.concat([tone(440, 700), said, quiet(300)]), said);
    assert.ok(score > 0.999);
    assert.equal(offsetMs, 700);
  });

  it('scores another message low', () => {
    for (const seed of [2, 3, 4]) assert.ok(correlate(babble(3000, seed), babble(2000, 1)).score < 0.4);
    assert.ok(correlate(tone(440, 3000), babble(2000, 1)).score < 0.4);
    assert.ok(correlate(quiet(3000), babble(2000, 1)).score < 0.001);
    assert.equal(correlate(Buffer.alloc(0), babble(2000, 1)).score, 0);
  });

  it('scores a message by how much of it is there', () => {
    const said = babble(2000, 5);
    assert.ok(correlate(said.subarray(800), said).score > 0.9);
    assert.ok(Math.abs(correlate(said.subarray(800), said).offsetMs + 100) < 1);
    assert.ok(correlate(said.subarray(0, 1500), said).score < 0.6);
  });

  it('does not mind the volume, nor a change of codec', () => {
    const said = babble(1000, 6);
    const softer = Uint8Array.from(decodeUlaw(said), (x) => encodeUlaw(Math.round(x / 3)));
    assert.ok(correlate(softer, said).score > 0.99);
    assert.ok(correlate(alawToUlaw(ulawToAlaw(said)), said).score > 0.99);
  });

  it('compares 30 seconds in well under a second', () => {
    const said = babble(30_000, 7);
    const heard = Buffer.concat([quiet(1000), said]);
    const took = cpuMs(() => assert.ok(correlate(heard, said).score > 0.99));
    assert.ok(took < 3000, `${took} ms`);
  });
});

describe('tones', () => {
  it('are told apart from other tones, noise and silence', () => {
    assert.ok(toneShare(tone(1000, 100), 1000) > 0.95);
    assert.ok(toneShare(tone(1000, 100), 440) < 0.1);
    assert.ok(toneShare(babble(1000, 8), 1000) < 0.1);
    assert.equal(toneShare(quiet(100), 1000), 0);
  });

  it('are found with beginning and end', () => {
    const sound = Buffer.concat([babble(500, 9), tone(1000, 200), quiet(200)]);
    const found = findTone(sound, 1000);
    assert.deepEqual(found, { startMs: 500, endMs: 700 });
    assert.equal(findTone(sound, 600), undefined);
  });
});

describe('G.711', () => {
  it('comes back as it was from µ-law, and nearly so through A-law', () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    for (const [i, sample] of decodeUlaw(all).entries())
      assert.ok(encodeUlaw(sample) === i || sample === 0, `byte ${i}`);
    const samples = decodeUlaw(all);
    for (const [i, sample] of decodeUlaw(alawToUlaw(ulawToAlaw(all))).entries()) {
      assert.ok(
        Math.abs(sample - samples[i]!) <= Math.max(24, Math.abs(sample) * 0.07),
        `byte ${i}: ${sample}`,
      );
    }
  });
});
