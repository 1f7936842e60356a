import assert from 'node:assert/strict';
import { isFault } from '../../app/core/errors.ts';
import type { Content } from '../../app/ports/convert.ts';
import { tone, toneShare } from '../../scripts/audio/tone.ts';
import { left, type World } from './world.ts';

/** A machine that others use as well is slow; alone it takes a second. */
const quickMs = 30_000;

/** Refused for good, in time and with a reason; nothing is left, and what is converted beside it comes. */
export async function assertRefused(
  world: World,
  form: string,
  content: Content,
  why: RegExp,
): Promise<void> {
  const began = performance.now();
  const beside = world.to('audio/pcmu', { contentType: 'audio/PCMU', bytes: tone(440, 1000) });
  await assert.rejects(world.to(form, content), (error) => {
    assert.ok(isFault(error, 'invalid'), String(error));
    assert.equal(error.temporary, false);
    assert.match(error.message, why);
    assert.doesNotMatch(error.message, /\/tmp|0x[0-9a-f]{6}/);
    return true;
  });
  assert.ok(performance.now() - began < quickMs, `${performance.now() - began} ms`);
  assert.ok(toneShare((await beside).bytes, 440) > 0.9, 'what was converted beside it');
  assert.deepEqual(left(), { folders: 0, processes: 0 });
}
