import assert from 'node:assert/strict';
import {
  bounceAddress,
  isAddress,
  readLocalPart,
  replyAddress,
  splitAddress,
} from '../../../app/core/mail/address.ts';
import { kindOfMail } from '../../../app/core/mail/kind.ts';
import { wavOf } from '../../../app/core/message/wav.ts';

describe('an address of ours', () => {
  it('is a number however people write it, a token, or a name', () => {
    assert.deepEqual(readLocalPart('+1 (202) 555-0147'), { kind: 'number', digits: '+12025550147' });
    assert.deepEqual(readLocalPart('202.555.0147'), { kind: 'number', digits: '2025550147' });
    assert.deepEqual(readLocalPart('Postmaster'), { kind: 'name', name: 'postmaster' });
    assert.deepEqual(readLocalPart(''), { kind: 'name', name: '' });
    const token = '1234567890123456789012345';
    for (const kind of ['reply', 'bounce'] as const) {
      const address = (kind === 'reply' ? replyAddress : bounceAddress)(token, 'voice.example');
      const { local, domain } = splitAddress(address.toUpperCase());
      assert.equal(domain, 'voice.example');
      assert.deepEqual(readLocalPart(local), { kind, token });
    }
    assert.equal(readLocalPart('reply+12').kind, 'name');
  });

  it('is told from a number', () => {
    for (const one of ['bob@home.example', 'bob+x@a.b.example', 'zoë@far.example'])
      assert.ok(isAddress(one), one);
    for (const one of [
      '+12025550147',
      'bob',
      'bob@home',
      'a b@home.example',
      'a@b.example\r\nX: y',
      '<a@b.example>',
      '',
    ])
      assert.ok(!isAddress(one), one);
  });
});

describe('what an e-mail is', () => {
  const cases = [
    [{ words: true, parts: [] }, 'email'],
    [{ words: false, parts: [] }, 'email'],
    [{ words: false, parts: ['audio/wav'] }, 'voice'],
    [{ words: true, parts: ['audio/wav'] }, 'email'],
    [{ words: true, parts: ['audio/wav'], context: 'voice-message' }, 'voice'],
    [{ words: true, parts: [], context: 'voice-message' }, 'email'],
    [{ words: true, parts: ['Image/TIFF'], context: 'fax-message' }, 'fax'],
    [{ words: true, parts: ['application/pdf'], context: 'fax-message' }, 'fax'],
    [{ words: false, parts: ['application/pdf'] }, 'email'],
    [{ words: false, parts: ['image/tiff'] }, 'fax'],
    [{ words: false, parts: ['image/png', 'image/jpeg'] }, 'image'],
    [{ words: false, parts: ['video/mp4; codecs=avc1'] }, 'video'],
    [{ words: false, parts: ['image/png', 'audio/wav'] }, 'email'],
    [{ words: true, parts: [], context: 'text-message' }, 'text'],
    [{ words: true, parts: ['image/png'], context: 'text-message' }, 'email'],
    [{ words: true, parts: [], context: 'nonsense' }, 'email'],
  ] as const;
  for (const [mail, kind] of cases)
    it(`${JSON.stringify(mail)}: ${kind}`, () => assert.equal(kindOfMail(mail), kind));
});

describe('telephone sound as a file', () => {
  it('has the codec and length in its header', () => {
    const file = Buffer.from(wavOf('audio/PCMU', new Uint8Array(161)) ?? []);
    assert.equal(file.toString('latin1', 0, 4), 'RIFF');
    assert.equal(file.readUInt32LE(4), file.length - 8);
    assert.deepEqual([file.readUInt16LE(20), file.readUInt32LE(24), file.readUInt32LE(42)], [7, 8000, 161]);
    assert.equal(file.length % 2, 0);
  });

  it('turns samples of the network’s order round', () => {
    const file = Buffer.from(wavOf('audio/L16; rate=16000', Uint8Array.of(1, 2, 3, 4, 5)) ?? []);
    assert.deepEqual([file.readUInt16LE(20), file.readUInt32LE(24)], [1, 16000]);
    assert.deepEqual([...file.subarray(46)], [2, 1, 4, 3]);
  });

  it('of another codec is none', () => assert.equal(wavOf('audio/G722', new Uint8Array(8)), undefined));
});
