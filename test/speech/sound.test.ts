import assert from 'node:assert/strict';
import { level, toALaw, toMuLaw, tone } from '../../scripts/prompts/sound.ts';

const rms = (samples: Int16Array): number =>
  Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);

/** Silence, a tone of that loudness, silence. */
function utterance(amplitude: number): Int16Array {
  const samples = new Int16Array(16_000);
  for (let i = 4000; i < 12_000; i++) samples[i] = Math.round(amplitude * Math.sin(i / 3));
  return samples;
}

describe('the sound of a prompt', () => {
  it('is trimmed to 30 ms before and 60 ms after the voice', () => {
    const { length } = level(utterance(5000));
    assert.ok(Math.abs(length - (8000 + 240 + 480)) <= 160, `${length} samples`);
  });

  it('has the same loudness whether it was quiet or loud', () => {
    for (const amplitude of [300, 3000, 32_000]) {
      const loudness = rms(level(utterance(amplitude)).subarray(300, 8000));
      assert.ok(Math.abs(20 * Math.log10(loudness / 3277)) < 0.5, `${loudness} at ${amplitude}`);
    }
  });

  it('is never clipped', () => {
    const peaks = utterance(100);
    peaks[8000] = 32_767;
    const levelled = level(peaks);
    assert.ok(levelled.every((sample) => Math.abs(sample) <= 29_200));
  });

  it('of silence or nothing is a short silence', () => {
    for (const none of [new Int16Array(8000), new Int16Array(0)]) {
      assert.deepEqual(level(none), new Int16Array(800));
    }
  });

  it('of a tone starts and ends softly and lasts as long as it says', () => {
    const beep = tone(1000, 300);
    assert.equal(beep.length, 2400);
    assert.ok(Math.abs(beep[1] ?? 0) < 1000 && Math.abs(beep[2398] ?? 0) < 1000);
    const crossings = beep.reduce((count, one, i) => count + (one >= 0 && (beep[i - 1] ?? 0) < 0 ? 1 : 0), 0);
    assert.ok(Math.abs(crossings - 300) <= 2, `${crossings} periods`);
  });

  // Code words of ITU-T G.711 for the 16-bit values that fall on their decision levels.
  const codes: [number, number, number][] = [
    [0, 0xff, 0xd5],
    [-1, 0x7f, 0x55],
    [32_767, 0x80, 0xaa],
    [-32_768, 0x00, 0x2a],
    [8, 0xfe, 0xd5],
    [1000, 0xce, 0xfa],
    [-1000, 0x4e, 0x7a],
  ];
  for (const [sample, mu, a] of codes) {
    it(`codes ${sample} as ${mu.toString(16)} in µ-law and ${a.toString(16)} in A-law`, () => {
      const samples = Int16Array.of(sample);
      assert.equal(toMuLaw(samples)[0]?.toString(16), mu.toString(16));
      assert.equal(toALaw(samples)[0]?.toString(16), a.toString(16));
    });
  }
});
