import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { readTag, writeTag } from '../../../app/core/message/recording-tag.ts';

const started = new Date('2026-10-03T09:05:00Z');

describe('a recording tag', () => {
  it('says whose message it is, from whom, when and in which call', () => {
    const tag = { called: '+12025550123', caller: '+12025550177', started, callId: '1700000000.12', n: 0 };
    assert.equal(writeTag(tag), '+12025550123~+12025550177~1791018300~1700000000.12~0');
    assert.deepEqual(readTag(writeTag(tag)), tag);
  });

  it('has a dash for a caller who withheld the number', () => {
    const written = writeTag({ called: '+12025550123', started, callId: 'a.1', n: 2 });
    assert.equal(written, '+12025550123~-~1791018300~a.1~2');
    assert.ok(!('caller' in (readTag(written) ?? { caller: '' })));
  });

  it('of the dialplan without a controller is read too, with numbers as dialled', () => {
    assert.deepEqual(readTag('2025550123~-~1791018300~node-1700.3~f'), {
      called: '2025550123',
      started,
      callId: 'node-1700.3',
      n: 'f',
    });
  });

  it('of what the owner of a mailbox records for another use says so, and is no message', () => {
    const tag = { called: '+12025550123', started, callId: 'a.1', n: 3 };
    assert.equal(writeTag({ ...tag, use: 'greeting' }), '+12025550123~-~1791018300~a.1~g3');
    assert.equal(writeTag({ ...tag, use: 'draft' }), '+12025550123~-~1791018300~a.1~d3');
    for (const use of ['greeting', 'draft'] as const) {
      assert.deepEqual(readTag(writeTag({ ...tag, use })), { ...tag, use });
    }
    assert.ok(!('use' in (readTag(writeTag(tag)) ?? { use: '' })));
  });

  it('keeps every field that fits, and is a safe file name whatever the caller sends', () => {
    const plain = fc.stringMatching(/^[A-Za-z0-9._+-]{1,32}$/);
    fc.assert(
      fc.property(plain, plain, plain, fc.nat(999_999), (called, caller, callId, n) => {
        fc.pre(caller !== '-');
        assert.deepEqual(readTag(writeTag({ called, caller, started, callId, n })), {
          called,
          caller,
          started,
          callId,
          n,
        });
      }),
    );
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.string(),
        fc.date(),
        fc.double(),
        (called, caller, callId, at, n) => {
          const written = writeTag({ called, caller, started: at, callId, n });
          assert.match(written, /^[A-Za-z0-9._~+-]{1,200}$/);
          assert.notEqual(readTag(written), undefined);
        },
      ),
    );
  });

  for (const text of [
    '',
    'a~b',
    'x~-~12~id~g',
    'x~-~12~id~y1',
    'x~-~12~id~gd1',
    'x~-~12~id~1g',
    '+1~-~12~../../etc~0',
    '+1~-~12~id~0.wav',
    '~'.repeat(300),
    '+1~-~-5~id~0',
  ]) {
    it(`is not ${JSON.stringify(text.slice(0, 30))}`, () => assert.equal(readTag(text), undefined));
  }
});
