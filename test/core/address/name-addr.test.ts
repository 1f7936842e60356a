import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { parseNameAddr, safeDisplay } from '../../../app/core/address/name-addr.ts';
import { cpuMs } from '../cpu-time.ts';

const user = (text: string): string | undefined => parseNameAddr(text)?.user;

describe('an address of a SIP header', () => {
  it('has a display name, user, host, and parameters of the URI and of the header apart', () => {
    const parsed = parseNameAddr(
      '"Ann \\"A\\" Example" <sip:+12025550123@Host.example:5060;user=phone?Reason=SIP%3Bcause%3D486>;reason=no-answer;counter=2',
    );
    assert.deepEqual(
      {
        ...parsed,
        params: { ...parsed?.params },
        headers: { ...parsed?.headers },
        headerParams: { ...parsed?.headerParams },
      },
      {
        display: 'Ann "A" Example',
        user: '+12025550123',
        host: 'host.example',
        params: { user: 'phone' },
        headers: { reason: 'SIP;cause=486' },
        headerParams: { reason: 'no-answer', counter: '2' },
      },
    );
  });

  const users: [string, string | undefined][] = [
    ['sip:1001@host', '1001'],
    ['<sip:1001@host>', '1001'],
    ['SIPS:1001@host', '1001'],
    ['Ann <sip:1001@host>;tag=x', '1001'],
    ['<sip:1001:secret@host>', '1001'],
    ['<sip:+12025550123;npdi;rn=+1@host;user=phone>', '+12025550123'],
    ['<tel:+1-202-555-0123>', '+1-202-555-0123'],
    ['tel:7042;phone-context=+1202555', '7042'],
    ['<sip:%2B12025550123@host>', '+12025550123'],
    ['<sip:a%zzb@host>', 'a%zzb'],
    ['<sip:%ff@host>', '%ff'],
    ['<sip:host>', ''],
    ['<sip:1001@[::1]:5060>', '1001'],
    ['"a, <b> \\" c" <sip:1001@host>', '1001'],
    ['"never closed <sip:1001@host>', undefined],
    ['<sip:1001@host', '1001'],
    ['Ann sip:1001@host', undefined],
    ['http://host', undefined],
    ['1001', undefined],
    ['', undefined],
    ['<>', undefined],
  ];
  for (const [text, expected] of users) {
    it(`${JSON.stringify(text)} has the user ${JSON.stringify(expected) ?? 'none, as it is no address'}`, () => {
      assert.equal(user(text), expected);
    });
  }

  it('without angle brackets gives its parameters both ways', () => {
    const parsed = parseNameAddr('sip:1000@host;target=sip%3A1001%40host;cause=486');
    assert.equal(parsed?.params['target'], 'sip:1001@host');
    assert.equal(parsed.headerParams['cause'], '486');
  });

  it('cannot reach into the program through names of parameters', () => {
    const parsed = parseNameAddr('<sip:1@h;__proto__=x;constructor=y>;toString=z');
    assert.equal(parsed?.params['constructor'], 'y');
    assert.equal(parsed.params['hasOwnProperty'], undefined);
    assert.equal(({} as Record<string, unknown>)['x'], undefined);
  });

  it('shows a hostile display name without control characters, line ends or turned text, at most 80 characters', () => {
    assert.equal(safeDisplay('Ann\r\nVia: x\u0000\u009b\u202eevil\ud800'), 'Ann Via: x evil');
    assert.equal(safeDisplay('\u{1f600}'.repeat(200)), '\u{1f600}'.repeat(80));
    const long = parseNameAddr(`"${'A'.repeat(4096)}" <sip:1001@host>`);
    assert.deepEqual([long?.display, long?.user], ['A'.repeat(80), '1001']);
  });

  it('never throws, whatever is sent', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '"',
      '\\',
      'sip:',
      'tel:',
      '@',
      ';',
      '?',
      '=',
      '%',
      '%4',
      '%41',
      ',',
      '&',
      '\r\n',
      '\0',
      'é',
    );
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        const display = parseNameAddr(text)?.display ?? '';
        // oxlint-disable-next-line no-control-regex
        assert.doesNotMatch(display, /[\u0000-\u001f\u007f-\u009f]/);
        assert.ok(Array.from(display).length <= 80);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes time in proportion to its length only', () => {
    const took = cpuMs(() => {
      for (const piece of ['"', '\\', '<', ';', '%', '%41', ' ', ';a=', '"<', '&']) {
        parseNameAddr(piece.repeat(1_000_000));
        parseNameAddr(`<sip:${piece.repeat(1_000_000)}@h>`);
        safeDisplay(piece.repeat(1_000_000));
      }
    });
    assert.ok(took < 3000, `${took} ms`);
  });
});
