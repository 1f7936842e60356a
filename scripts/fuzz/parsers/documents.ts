/** Documents: envelopes, whole messages, replicas, tables, the configuration, what lies on the disk, certificates. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { openCertificate } from '../../../app/certificates/open.ts';
import { loadConfig } from '../../../app/config.ts';
import { readHeader, readRow, writeRow } from '../../../app/core/directory/columns.ts';
import { readEnvelope, writeEnvelope } from '../../../app/core/envelope/envelope.ts';
import {
  inlinesOf,
  messageOf,
  readWhole,
  wholeMessage,
  writeWhole,
  type KeptPart,
  type WholeMessage,
} from '../../../app/core/envelope/whole-message.ts';
import { Fault } from '../../../app/core/errors.ts';
import type { MailboxId, MediaId } from '../../../app/core/ids.ts';
import { decodeDeposit, encodeDeposit } from '../../../app/storage/spool/deposit-file.ts';
import { readJournal } from '../../../app/storage/spool/journal-lines.ts';
import { readFrames, writeFrame } from '../../../app/sync/frames.ts';
import { readTable } from '../../../app/tables/read-table.ts';
import { envelopes, fine, wild } from '../../../test/core/envelope/arbitrary.ts';
import { silentLog } from '../../../test/ports/silent-log.ts';
import { sampleMessage } from '../../../test/storage/sample.ts';
import { checkout } from '../../stack/machine.ts';
import { bytes, isPlain, text, type Target } from './target.ts';

const isFault = (error: unknown): boolean => error instanceof Fault;

function envelopeTarget(): Target {
  return {
    name: 'envelope XML',
    files: [
      'app/core/envelope/envelope.ts',
      'app/core/envelope/xml-element.ts',
      'app/core/envelope/values.ts',
    ],
    seeds: fc.sample(envelopes(fine), { numRuns: 20, seed: 1 }).map((one) => bytes(writeEnvelope(one))),
    made: envelopes(fc.oneof(fine, wild)).map((one) => bytes(writeEnvelope(one))),
    words: [
      '<!DOCTYPE a [<!ENTITY b "c">]>',
      '&b;',
      '&#x0;',
      '&#55296;',
      ']]>',
      '<![CDATA[',
      '<!--',
      '<part ',
      ' media="',
      '/>',
    ],
    run(input) {
      const read = readEnvelope(text(input));
      // What was read can be written, and is the same then.
      const written = writeEnvelope(read);
      if (writeEnvelope(readEnvelope(written)) !== written)
        throw new TypeError('another envelope than was read');
    },
    refuses: isFault,
  };
}

function wholeTarget(): Target {
  const message = sampleMessage({ transcript: 'Hello', hold: { since: new Date(0), by: 'ann' } as never });
  const [part] = message.envelope.parts;
  const kept = { of: 0, media: 'k' as MediaId, contentType: 'audio/ogg', bytes: 300, sha256: 'b'.repeat(64) };
  const documentOf = (whole: WholeMessage): string => {
    const contents = inlinesOf(whole).map((one) => Buffer.alloc(one.bytes, 7).toString('base64'));
    return writeWhole(whole)
      .flatMap((piece, i) => [piece, contents[i] ?? ''])
      .join('');
  };
  const wholes = [[], [kept as KeptPart]].map((all) =>
    wholeMessage(
      { ...message, envelope: { ...message.envelope, parts: [{ ...part!, bytes: 300 }] } },
      message.envelope.to,
      all,
    ),
  );
  return {
    name: 'whole message XML',
    files: [
      'app/core/envelope/whole-message.ts',
      'app/core/envelope/cut-contents.ts',
      'app/core/envelope/base64.ts',
    ],
    seeds: wholes.map((one) => bytes(documentOf(one))),
    words: [
      '<content>',
      '</content>',
      '<content/>',
      '<kept of="0">',
      '<![CDATA[',
      '<!--',
      '-->',
      '&a;',
      '=',
      'AAAA',
    ],
    run(input) {
      const read = readWhole(input);
      for (const one of read.inlines) {
        const steps = one.decode();
        while (steps.next().done !== true);
      }
      messageOf(read, 'box' as MailboxId);
    },
    refuses: isFault,
  };
}

function framed(replica: object): Uint8Array {
  return Buffer.concat(writeFrame(replica as never).filter((one) => one instanceof Uint8Array));
}

function framesTarget(): Target {
  const message = sampleMessage();
  const { reference, referenceExpires, expires, id } = message;
  const register = { state: { n: 1, value: 'new' as const }, urgent: { n: 0, value: false } };
  const content = {
    envelope: writeEnvelope(message.envelope),
    reference,
    referenceExpires,
    expires,
    stored: [],
  };
  const piece = { media: 'm1', contentType: 'audio/PCMU', sha256: 'a'.repeat(64), bytes: new Uint8Array(64) };
  const frame = (pieces: readonly object[]): Uint8Array =>
    framed({ kind: 'message', number: message.envelope.to, id, register, content, pieces });
  const profile = framed({
    kind: 'profile',
    number: '+12025550123',
    id: 'box',
    aliases: ['+12025550124'],
    origin: 'provisioned',
    classOfService: 'standard',
    created: new Date(0),
    pieces: [],
    register: { status: { n: 1, value: '"active"' }, 'settings.language': { n: 2, value: '"en"' } },
  });
  return {
    name: 'sync frames and replicas',
    files: ['app/sync/frames.ts', 'app/core/replication/read-replica.ts'],
    seeds: [frame([piece]), frame([]), Buffer.concat([frame([piece, piece]), frame([])]), profile],
    words: ['"staged":true', '"bytes":1e308', '"kind":"profile"', '"n":-1', 'null', '[', '{', '"__proto__":'],
    async run(input) {
      const cut = input.length >> 1;
      const stream = Readable.from([input.subarray(0, cut), input.subarray(cut)]);
      for await (const _ of readFrames(stream, async () => new Uint8Array())) void _;
    },
    refuses: isFault,
  };
}

function tableTarget(): Target {
  const mailbox = {
    number: '+12025550123',
    aliases: ['+12025550124'],
    classOfService: 'standard',
    settings: {},
  };
  const header = 'number,class,aliases,language';
  return {
    name: 'tables of subscribers',
    files: [
      'app/tables/read-table.ts',
      'app/tables/lines.ts',
      'app/tables/formulas.ts',
      'app/core/directory/columns.ts',
    ],
    seeds: [
      bytes(`${header}\n${'+12025550123,standard,"+12025550124 +12025550125",en\n'.repeat(3)}`),
      bytes('\u{feff}number;name\r\n+12025550123;"Ann ""the"" one"\r\n'),
      bytes(`number\n${writeRow(mailbox as never).join(',')}\n`),
    ],
    words: ['"', '""', ',', ';', '\r\n', '\n', '=cmd', "'=", '\u{feff}', 'number'],
    async run(input) {
      let names: readonly unknown[] | undefined;
      let last = 0;
      for await (const row of readTable(Readable.from([input]))) {
        if (row.line <= last) throw new TypeError('lines are out of order');
        last = row.line;
        if (row.kind !== 'row') continue;
        names ??= readHeader(row.cells);
        if (names.every((one) => typeof one === 'string')) readRow(names, row.cells);
      }
    },
    refuses: isFault,
  };
}

function configTarget(): Target {
  const folder = mkdtempSync(join(tmpdir(), 'answerback-fuzz-'));
  const file = join(folder, 'answerback.yaml');
  const guide = readFileSync(join(checkout, 'docs/configuration.md'), 'utf8');
  const examples = [...guide.matchAll(/```yaml\n([^]*?)```/g)].map(([, yaml = '']) => bytes(yaml));
  const own = `numbers:\n  access: ['+12025550199']\n  country: US\n  ranges: [{ prefix: '+1202555', class: standard }]
classes: { standard: { notify: [{ gateway: sip, to: subscriber }] } }\nweb: { port: 0 }\nlog: { level: info }\n`;
  return {
    name: 'configuration',
    files: ['app/config.ts', 'app/config/schema.ts'],
    seeds: [bytes(own), ...examples],
    words: [
      '&a ',
      '*a',
      '<<: *a',
      '? ',
      '- ',
      ': ',
      '!!binary ',
      '---\n',
      '|\n',
      '{',
      '[',
      '"',
      '#',
      '\t',
      'smpp:\n',
    ],
    run(input) {
      writeFileSync(file, input);
      loadConfig(file, {});
    },
    refuses: isFault,
    ownFile: true,
    close: async () => rmSync(folder, { recursive: true }),
  };
}

function spoolTargets(): Target[] {
  const { envelope } = sampleMessage();
  const { origin, from, to, received, urgent, confidential, cut } = envelope;
  const draft = { kind: 'voice', origin, from, to, received, urgent, confidential, cut };
  const deposit = {
    draft,
    contentType: 'audio/PCMU',
    classOfService: 'standard',
    bytes: new Uint8Array(100),
  };
  const row = { id: 'a', event: 'call', start: '2026-01-01T00:00:00.000Z', end: '2026-01-01T00:01:00.000Z' };
  return [
    {
      name: 'deposits on the disk',
      files: ['app/storage/spool/deposit-file.ts'],
      seeds: [Buffer.concat(encodeDeposit(deposit as never))],
      words: ['"bytes":-1', '"more":[{}]', '"__proto__":{', '\n', '1e400'],
      run: (input) => decodeDeposit(Buffer.from(input)),
      refuses: (error) =>
        isPlain(error) || error instanceof SyntaxError || (error as Error).name.endsWith('ZodError'),
    },
    {
      name: 'records on the disk',
      files: ['app/storage/spool/journal-lines.ts'],
      seeds: [bytes(`${JSON.stringify({ row })}\n${JSON.stringify({ row, open: true })}\n{"drop":"a"}\n`)],
      words: ['null', '{"row":null}', '"start":1', '\n', '"id":{}', '[]'],
      run: (input) => readJournal(text(input)),
      refuses: () => false,
    },
  ];
}

function certificateTarget(): Target {
  const folder = mkdtempSync(join(tmpdir(), 'answerback-fuzz-'));
  const [key, cert] = [join(folder, 'a.key'), join(folder, 'a.pem')];
  const own = (name: string): Buffer => readFileSync(join(checkout, 'test/certificates', name));
  writeFileSync(key, own('server.key'));
  return {
    name: 'certificates',
    files: ['app/certificates/open.ts'],
    seeds: [own('server.pem'), own('authority.pem'), own('server.key')],
    words: ['-----BEGIN CERTIFICATE-----\n', '-----END CERTIFICATE-----\n', '\0', '=='],
    async run(input) {
      writeFileSync(cert, input);
      const opened = await openCertificate({ key, cert, name: 'fuzz' }, { log: silentLog });
      opened[Symbol.dispose]();
    },
    refuses: isFault,
    largest: 65_536,
    close: async () => rmSync(folder, { recursive: true }),
  };
}

export const documents = (): Target[] => [
  envelopeTarget(),
  wholeTarget(),
  framesTarget(),
  tableTarget(),
  configTarget(),
  ...spoolTargets(),
  certificateTarget(),
];
