import assert from 'node:assert/strict';
import { soundLength } from '../../../app/core/message/sound-length.ts';

describe('How long a sound plays', () => {
  it('AMR is counted by its frames, whatever their sizes', () => {
    const frame = (type: number, size: number) =>
      Buffer.concat([Buffer.from([type << 3]), Buffer.alloc(size)]);
    const narrow = [frame(7, 31), frame(0, 12), frame(8, 5), frame(15, 0)];
    assert.equal(soundLength('audio/AMR', Buffer.concat([Buffer.from('#!AMR\n'), ...narrow])), 80);
    const wide = Array.from({ length: 50 }, () => frame(8, 60));
    assert.equal(soundLength('audio/AMR-WB', Buffer.concat([Buffer.from('#!AMR-WB\n'), ...wide])), 1000);
  });

  it('WAVE is counted by its bytes, also if it promises more than there are', () => {
    const wave = (data: number, promised = data) => {
      const head = Buffer.alloc(44);
      head.write('RIFF', 0, 'latin1');
      head.write('WAVEfmt ', 8, 'latin1');
      head.writeUInt32LE(16, 16);
      head.writeUInt32LE(16_000, 28);
      head.write('data', 36, 'latin1');
      head.writeUInt32LE(promised, 40);
      return Buffer.concat([head, Buffer.alloc(data)]);
    };
    assert.equal(soundLength('audio/wav', wave(32_000)), 2000);
    assert.equal(soundLength('audio/wav', wave(16_000, 0xffff_ffff)), 1000);
  });

  it('of anything else, broken or empty, nothing is said and nothing breaks', () => {
    for (const type of ['audio/mpeg', 'image/png', 'audio/wav'])
      assert.equal(soundLength(type, Buffer.from('RIFF')), undefined);
    assert.equal(
      soundLength('audio/wav', Buffer.from(`RIFF0000WAVEdata${'\xff'.repeat(20)}`, 'latin1')),
      undefined,
    );
    assert.equal(soundLength('audio/AMR', Buffer.alloc(0)), 0);
  });
});
