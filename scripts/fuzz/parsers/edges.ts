/** What comes over the SIP edge, with the cookie of a sign-in at a provider, and out of programs that look into content. */
import assert from 'node:assert/strict';
import { Fault } from '../../../app/core/errors.ts';
import type { InboundText } from '../../../app/ports/media.ts';
import { takeTexts } from '../../../app/gateways/sip-edge/texts-in.ts';
import { createCookies } from '../../../app/gateways/web/sign-in/cookies.ts';
import { readRound } from '../../../app/gateways/web/sign-in/oidc.ts';
import { measured } from '../../../app/transform/measure.ts';
import { bytes, text, type Target } from './target.ts';

const never = (): boolean => false;
const mostBytes = 4096;

export const edges = (): Target[] => [sipTexts(), rounds(), probes()];

/** First line: the request URI; then headers; then, after an empty line, the body. */
function sipTexts(): Target {
  const taken: InboundText[] = [];
  const trunk = { name: 'trunk', host: 'x', port: 5060, trusted: true };
  const handle = takeTexts({
    peers: { trunkOf: async () => trunk } as never,
    mostBytes,
    onText: async (one) => void taken.push(one),
    log: { warn: () => undefined } as never,
  });
  return {
    name: 'texts over the SIP edge',
    files: [
      'app/gateways/sip-edge/texts-in.ts',
      'app/gateways/sip-edge/sip.ts',
      'app/core/address/redirections.ts',
    ],
    seeds: [
      'sip:+12025550100@d\ncall-id: 1@x\ncseq: 7 MESSAGE\nto: <sip:+12025550100@d>\nfrom: "A" <sip:%2B14155550123@x>;tag=1\ncontent-type: text/plain; charset=utf-8\n\nhello',
      'tel:+12025550100\ncall-id: \u{fc}\nfrom: <tel:+1>\np-asserted-identity: <sip:+14155550123@x>,<tel:+14155550123>\ncontent-type: TEXT/PLAIN\ncontent-length: 1e9\n\n',
    ].map(bytes),
    words: [
      '\n',
      ': ',
      ';tag=',
      '"',
      '\\',
      '<',
      '>',
      'charset="',
      'content-encoding: gzip\n',
      '\u{fffd}',
      '%00',
    ],
    async run(input) {
      const [head = '', body = ''] = text(input).split('\n\n', 2);
      const [uri = '', ...lines] = head.split('\n');
      const headers = new Map(
        lines.map((line) => [line.split(':', 1)[0]?.toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
      );
      const request = { uri, body, peer: {}, header: (name: string) => headers.get(name.toLowerCase()) };
      taken.length = 0;
      const reply = await handle(request as never);
      assert.ok(reply.kind === 'answer' && [202, 400, 413, 415, 481].includes(reply.status));
      assert.equal(taken.length, reply.status === 202 ? 1 : 0);
      for (const one of taken) {
        assert.match(one.id, /^[\x21-\x7e]{1,200}$/);
        assert.ok(one.from.length <= 64 && one.to !== '' && Buffer.byteLength(one.body) <= mostBytes);
      }
    },
    refuses: never,
  };
}

function rounds(): Target {
  const round = { state: 's', nonce: 'n', verifier: 'v' };
  const cookie = (value: unknown): Uint8Array =>
    bytes(`a=b; answerback-oidc=${Buffer.from(JSON.stringify(value)).toString('base64url')}; answerback=t`);
  const cookies = createCookies(false);
  return {
    name: 'cookies of a sign-in at a provider',
    files: ['app/gateways/web/sign-in/cookies.ts'],
    seeds: [
      cookie(round),
      cookie({ ...round, more: [1] }),
      cookie(null),
      bytes('answerback-oidc=%E0%A4%A; '),
    ],
    words: ['; ', '=', '"', '%', '%22', '__Host-', 'answerback-oidc=', 'answerback='],
    run(input) {
      const request = { headers: { cookie: Buffer.from(input).toString('latin1') } } as never;
      const token = cookies.token(request);
      assert.ok(token === undefined || token !== '');
      const read = readRound(cookies.round(request));
      if (read === undefined) return;
      for (const one of ['state', 'nonce', 'verifier'] as const) assert.equal(typeof read[one], 'string');
    },
    refuses: never,
  };
}

/** What the programs print is whatever the content made them print. */
function probes(): Target {
  const wave = Buffer.from(
    'RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\0\0\0',
    'latin1',
  );
  const most = { pages: 500, pixels: 100_000_000 };
  const benchOf = (out: Uint8Array) =>
    ({
      path: (name: string) => name,
      write: async (name: string) => name,
      run: async () => ({ out, told: '' }),
    }) as never;
  return {
    name: 'what probes say of content',
    files: ['app/transform/measure.ts', 'app/transform/pdf.ts'],
    seeds: [
      '3.21\n',
      'N/A\n',
      'inf',
      '9223372036854.775807',
      'Title: x\nPages:          3\nEncrypted: no\n',
    ].map(bytes),
    words: ['1e400', '1e308', '-', '0x', 'Pages: ', 'Pages:\t99999999999999999999\n', '\n', '\0'],
    async run(input) {
      const { durationMs } = await measured({ contentType: 'audio/wav', bytes: wave }, most, benchOf(input));
      assert.ok(durationMs === undefined || (Number.isSafeInteger(durationMs) && durationMs >= 0));
      const pdf = { contentType: 'application/pdf', bytes: bytes('%PDF-1.7') };
      const { pages } = await measured(pdf, most, benchOf(input));
      assert.ok(pages !== undefined && Number.isSafeInteger(pages) && pages > 0 && pages <= most.pages);
    },
    refuses: (error) => error instanceof Fault,
  };
}
