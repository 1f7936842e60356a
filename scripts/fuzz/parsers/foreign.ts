/** What far sides, switches and programs leave or say besides: sounds, outcomes of faxes, signatures, texts, mails, heads of bundles, keys. */
import assert from 'node:assert/strict';
import { Fault } from '../../../app/core/errors.ts';
import { attestations, readAttestation } from '../../../app/core/address/attestation.ts';
import { coverPage, readCoverSheet } from '../../../app/core/document/cover-sheet.ts';
import { beforeFaxTone } from '../../../app/core/message/fax-tone.ts';
import { speechMs } from '../../../app/core/message/speech.ts';
import { wavOf } from '../../../app/core/message/wav.ts';
import { readBundleHead, writeBundleHead } from '../../../app/core/replication/bundle-head.ts';
import { parseMail } from '../../../app/gateways/email/parse-mail.ts';
import { readOutcome, troubleOf } from '../../../app/media/ari/fax-outcome.ts';
import { readText } from '../../../app/media/ari/texts.ts';
import { readWave } from '../../../app/media/esl/wave.ts';
import { openEnvironmentMaster } from '../../../app/sealing/master/local.ts';
import { readWav, writeWav } from '../../../app/speech/content/wav.ts';
import { readWords, sureWords } from '../../../app/speech/local/words.ts';
import { bytes, text, type Target } from './target.ts';

const never = (): boolean => false;
const isFault = (error: unknown): boolean => error instanceof Fault;

export const foreign = (): Target[] => [
  sounds(),
  faxes(),
  signatures(),
  texts(),
  mails(),
  bundles(),
  keys(),
  programs(),
];

function sounds(): Target {
  const samples = Int16Array.from({ length: 800 }, (_, i) => Math.round(9000 * Math.sin(i / 3)));
  const wav = Buffer.from(writeWav({ rate: 8000, samples }));
  const odd = Buffer.concat([
    wav.subarray(0, 36),
    Buffer.from('LIST\x03\0\0\0abc\0', 'latin1'),
    wav.subarray(36),
  ]);
  return {
    name: 'recordings and wave files',
    files: [
      'app/media/esl/wave.ts',
      'app/speech/content/wav.ts',
      'app/core/message/wav.ts',
      'app/core/message/fax-tone.ts',
      'app/core/message/speech.ts',
    ],
    seeds: [wav, odd, Buffer.concat([wav.subarray(0, 40), Buffer.alloc(4), wav.subarray(44)])],
    words: ['RIFF', 'WAVE', 'fmt ', 'data', '\xff\xff\xff\xff', '\0\0\0\0', '\x40\x1f\0\0'],
    run(input) {
      const file = Buffer.from(input);
      const wave = readWave(file);
      if (wave !== undefined) {
        assert.ok(wave.bytes.length <= file.length && wave.durationMs >= 0);
        beforeFaxTone(wave.contentType, wave.bytes);
        speechMs(wave.contentType, wave.bytes);
        wavOf(wave.contentType, wave.bytes);
      }
      const sound = readWav(input);
      if (sound !== undefined) assert.ok(sound.samples.byteLength <= input.length);
      for (const type of ['audio/PCMU', 'audio/PCMA']) {
        assert.ok((speechMs(type, input) ?? 0) * 8 <= input.length);
        assert.ok(beforeFaxTone(type, input).length <= input.length);
      }
    },
    refuses: never,
  };
}

function faxes(): Target {
  return {
    name: 'outcomes of faxes',
    files: ['app/media/ari/fax-outcome.ts'],
    seeds: [
      '1|SUCCESS||OK|3|14400|T38|%2B1%20202%20555',
      '1|FAILED|HANGUP|The%20call%20dropped%20prematurely|0|0||',
    ].map(bytes),
    words: ['|', '%', '%C3', '%00', 'T38', 'audio', '999999999', '\u{202e}'],
    run(input) {
      const outcome = readOutcome(text(input));
      troubleOf(outcome);
      assert.ok(Number.isSafeInteger(outcome.pages));
      assert.match(outcome.facts?.station ?? '', /^[ -~]{0,20}$/);
    },
    refuses: never,
  };
}

/** The header alone opens anything, and only where it says so. */
function signatures(): Target {
  return {
    name: 'signatures of caller IDs',
    files: ['app/core/address/attestation.ts', 'app/core/address/uri.ts'],
    seeds: [
      'A\n<sip:+12025550123@x;verstat=TN-Validation-Passed>',
      '\n"a;verstat=TN-Validation-Passed-A" <sip:1@x>;verstat=TN-Validation-Failed',
      'failed\n<tel:+12025550123;verstat=TN-Validation-Passed-B@x>',
    ].map(bytes),
    words: [';verstat=', 'TN-Validation-Passed-A', '"', '\\', '<', '>', '?', ';', '=', '%'],
    run(input) {
      const [header = '', ...parties] = text(input).split('\n');
      const { attestation, attestationByParameter } = readAttestation(header, parties);
      if (attestation === undefined) return;
      assert.ok(attestations.includes(attestation));
      if (attestation !== 'failed' && attestationByParameter !== true) assert.match(header, /^\s*[abc]/i);
    },
    refuses: never,
  };
}

function texts(): Target {
  const phones = { numberOf: () => undefined, isRegistered: () => false } as never;
  const event = (message: object): Uint8Array =>
    bytes(JSON.stringify({ message, endpoint: { resource: 'trunk' } }));
  return {
    name: 'texts of Asterisk',
    files: ['app/media/ari/texts.ts', 'app/core/address/name-addr.ts'],
    seeds: [
      event({
        from: 'sip:a@b',
        to: 'pjsip:trunk/sip:+12025550100@d',
        body: 'e',
        variables: { 'Call-ID': '1', CSeq: '1 MESSAGE', From: '"A" <sip:%2B1@b>', 'Content-Length': '1' },
      }),
      event({ from: '', to: '', body: '', variables: { priority: 'urgent', 'content-length': '9' } }),
    ],
    words: ['"variables":{}', '<sip:', '>', '\\"', '%2B', 'pjsip:', '\\u0000', '"body":""'],
    run(input) {
      let read;
      try {
        read = JSON.parse(text(input)) as { message?: Record<string, unknown> } | null;
      } catch {
        return;
      }
      const { from, to, body, variables } = read?.message ?? {};
      // What is of another type is told by the client, and is no text.
      const values = typeof variables === 'object' && variables !== null ? Object.values(variables) : [];
      if (![from, to, body, ...values].every((one) => typeof one === 'string')) return;
      const found = readText(read as never, phones, () => 'next');
      assert.match(found.id, /^[\x21-\x7e]{1,200}$/);
    },
    refuses: never,
  };
}

function mails(): Target {
  const mail = [
    'From: "Ann" <ann@far.example>',
    'To: +12025550123@voice.example',
    'Subject: =?utf-8?q?Caf=C3=A9?=',
    'Message-ID: <1@far.example>',
    'Content-Type: multipart/mixed; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Hello',
    '--b',
    'Content-Type: audio/wav; name="a.wav"',
    'Content-Transfer-Encoding: base64',
    'Content-Duration: 3',
    '',
    'UklGRgAAAABXQVZF',
    '--b--',
    '',
  ].join('\r\n');
  const report =
    'From: <>\r\nAuto-Submitted: auto-replied\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=c\r\n\r\n--c\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b\r\nAction: failed\r\n--c--\r\n';
  return {
    name: 'mails',
    files: ['app/gateways/email/parse-mail.ts', 'app/core/mail/automatic.ts'],
    seeds: [mail, report, 'From: a@b\r\nContent-Type: text/html\r\n\r\n<p>Hello<br>there'].map(bytes),
    words: [
      '\r\n',
      '--b',
      '=?utf-8?b?',
      '?=',
      '<',
      '@',
      'Content-Type: multipart/mixed; boundary=b\r\n',
      ';',
      '"',
      '=\r\n',
      '\0',
    ],
    async run(input) {
      const read = await parseMail(input, 'ann@far.example');
      assert.ok(read.parts.length <= 100 && (read.subject?.length ?? 0) <= 1000);
      assert.doesNotMatch(read.subject ?? '', /\p{Cc}|\u202e/u);
      for (const { name } of read.parts) assert.doesNotMatch(name ?? '', /[/\\]|\p{Cc}/u);
    },
    refuses: (error) => error instanceof Error && error.constructor === Error,
    // A library reads it, in a thread that is given up.
    ownFile: true,
  };
}

function bundles(): Target {
  const head = {
    from: 'home',
    to: 'away',
    number: '+12025550123',
    made: new Date(0),
    visiting: true,
    cleared: false,
  };
  return {
    name: 'heads of bundles',
    files: ['app/core/replication/bundle-head.ts'],
    seeds: [bytes(writeBundleHead(head as never))],
    words: ['"made":', 'null', '1e400', '"__proto__":{}', '[]', '8640000000000001'],
    run(input) {
      const read = readBundleHead(text(input));
      assert.deepEqual(readBundleHead(writeBundleHead(read)), read);
    },
    refuses: isFault,
  };
}

function keys(): Target {
  const one = Buffer.alloc(32, 7).toString('base64');
  const known = openEnvironmentMaster(`first ${one}`);
  return {
    name: 'master keys, and what they wrapped',
    files: ['app/sealing/master/local.ts'],
    seeds: [`first ${one}\nAAAA`, `second:${one},third:${one} # old\n`].map(bytes),
    words: [' ', ':', ',', '#', '=', one],
    async run(input) {
      const [lines = '', wrapped = ''] = text(input).split('\n');
      await known.unwrap({ master: 'first', wrapped }, 'box').then(
        () => assert.fail('something was unwrapped that nobody wrapped'),
        (error: unknown) => assert.ok(isFault(error), String(error)),
      );
      await openEnvironmentMaster(lines).current();
    },
    refuses: isFault,
  };
}

/** What programs of this machine print about content that strangers sent, and what is handed to them. */
function programs(): Target {
  const heard =
    '{"b":0,"d":1,"p":1,"t":"a","w":[{"b":0.1,"d":0.2,"p":0.9,"t":"hello(2)"},{"b":1,"d":1,"p":1,"t":"<sil>"}]}';
  return {
    name: 'words of a recogniser, cover sheets',
    files: ['app/speech/local/words.ts', 'app/core/document/cover-sheet.ts'],
    seeds: [
      bytes(`${heard}\n${heard}`),
      coverPage({ title: 'Fax', rows: [['From', 'Ann']], words: 'Hello' }).bytes,
    ],
    words: ['"w":null', '"w":{}', '"t":', '[[', 'null', '\n{', '1e400'],
    run(input) {
      const sheet = readCoverSheet(input);
      if (sheet !== undefined) assert.deepEqual(readCoverSheet(coverPage(sheet).bytes), sheet);
      for (const { startMs, endMs } of sureWords(readWords(text(input), [0]), 0.5) ?? [])
        assert.ok(startMs >= 0 && endMs >= startMs);
    },
    refuses: (error) => error instanceof SyntaxError,
  };
}
