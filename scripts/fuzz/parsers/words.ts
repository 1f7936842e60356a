/** What people type, dial and write: texts, references, tags, addresses, searches; and what their devices say of content. */
import assert from 'node:assert/strict';
import { createNumberPlan } from '../../../app/core/address/number-plan.ts';
import { Fault } from '../../../app/core/errors.ts';
import { placeOf as eventPlaceOf } from '../../../app/core/event/place.ts';
import { isAddress, readLocalPart, splitAddress } from '../../../app/core/mail/address.ts';
import { replyWords } from '../../../app/core/mail/reply-words.ts';
import { contentTypeOf } from '../../../app/core/message/content-type.ts';
import { readTag, writeTag } from '../../../app/core/message/recording-tag.ts';
import { soundLength } from '../../../app/core/message/sound-length.ts';
import { wordsOf } from '../../../app/core/message/text-part.ts';
import { tiffPages } from '../../../app/core/message/tiff-pages.ts';
import { parseCommand } from '../../../app/core/notification/commands.ts';
import {
  dammDigit,
  isReference,
  makeReference,
  parseReference,
} from '../../../app/core/reference/reference.ts';
import { foldWords } from '../../../app/core/search/fold-words.ts';
import { searchTerms } from '../../../app/core/search/search-terms.ts';
import { cursorTo, placeOf } from '../../../app/gateways/web/api/cursor.ts';
import { sendBytes } from '../../../app/gateways/web/api/ranges.ts';
import { isKnown, wantedVersions } from '../../../app/gateways/web/api/versions.ts';
import { decodeParts } from '../../../app/gateways/web/api/bodies.ts';
import { HttpProblem } from '../../../app/gateways/web/problem.ts';
import { shippedTexts } from '../../../test/speech/shipped.ts';
import { bytes, text, type Target } from './target.ts';

const reference = makeReference('123456789');
const never = (): boolean => false;
const plan = createNumberPlan({
  access: ['+12025550199'],
  country: 'US',
  ranges: [{ prefix: '+1202555', class: 'standard' }],
});

function web(): Target {
  const content = Buffer.alloc(1000, 1);
  const list = 'messages?state=new';
  return {
    name: 'cursors, ranges and tags of the web',
    files: ['cursor', 'ranges', 'versions', 'bodies'].map((one) => `app/gateways/web/api/${one}.ts`),
    seeds: [
      bytes(`bytes=0-99\n"v1"\n"v2", W/"v3"\n${cursorTo(list, '2026-01-01 abc')}\nAAAA`),
      bytes(`bytes=-5\n*\n*\n${cursorTo(list, 'x')}\nAA==`),
    ],
    words: ['bytes=', '-', ',', '"', 'W/', '"v9007199254740993"', '*', '\n', '=', '999999999999999'],
    run(input) {
      const [range, known = '', match, cursor, data = ''] = Buffer.from(input).toString('latin1').split('\n');
      const request = { headers: { range, 'if-none-match': known } } as never;
      const sent: { body?: Uint8Array | undefined; status: number } = { status: 200 };
      const reply = {
        headers: () => reply,
        header: () => reply,
        type: () => reply,
        status: (status: number) => ((sent.status = status), reply),
        send: (body?: Uint8Array) => ((sent.body = body), reply),
      };
      refused(() =>
        sendBytes(request, reply as never, {
          contentType: 'a/b',
          bytes: content,
          tag: '"t"',
          name: known,
          download: false,
        }),
      );
      if (sent.status === 206) assert.ok(sent.body !== undefined && sent.body.length > 0);
      refused(() => wantedVersions(match));
      isKnown(request, '"v1"');
      refused(() => placeOf(list, cursor));
      refused(() => decodeParts([{ contentType: 'a/b', name: 'c', data }]));
      eventPlaceOf(known);
    },
    refuses: never,
  };
}

/** Each header is read, whatever the others are. */
function refused(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof HttpProblem) && !(error instanceof Fault)) throw error;
  }
}

export const words = (): Target[] => [web(), ...typed(), ...written()];

/** What people type and dial, and what tags say. */
const typed = (): Target[] => [
  {
    name: 'commands in texts',
    files: ['app/core/notification/commands.ts'],
    seeds: [`1`, `LISTEN ${reference}`, 'FIND "the keys" from Ann', 'help', `${reference}\n> quoted`].map(
      bytes,
    ),
    words: ['FIND', 'TEXT', 'CALL', 'BORRAR', reference, '\u{a0}', '\u{2019}', '"', '?', '!', '\u{301}'],
    run: (input) => parseCommand(text(input), shippedTexts.vocabulary),
    refuses: never,
  },
  {
    name: 'references and numbers as typed',
    files: ['app/core/reference/reference.ts', 'app/core/address/number-plan.ts'],
    seeds: [
      reference,
      `${reference.slice(0, 5)}-${reference.slice(5)}#`,
      '+1 (202) 555-0123',
      '*2025550123#',
    ].map(bytes),
    words: ['#', '*', '-', ' ', '\u{2011}', '+', '00', '\u{0661}', ';ext=1'],
    run(input) {
      const digits = text(input);
      const read = parseReference(digits);
      if (read !== undefined) assert.ok(isReference(read) && dammDigit(read) === 0);
      const number = plan.parse(digits);
      if (number !== undefined) assert.match(number, /^\+\d{1,15}$/);
    },
    refuses: never,
  },
  {
    name: 'recording tags',
    files: ['app/core/message/recording-tag.ts'],
    seeds: [
      writeTag({ called: '+12025550123', caller: '+12025550124', started: new Date(0), callId: '1.2', n: 1 }),
      '+1~-~17~x~g3.wav',
    ].map(bytes),
    words: ['~', '-', '+', '/', '.ulaw', '99999999999'],
    run(input) {
      const tag = readTag(text(input));
      if (tag !== undefined && !Number.isNaN(tag.started.getTime()))
        assert.deepEqual(readTag(writeTag(tag)), tag);
    },
    refuses: never,
  },
];

/** What people and their devices write. */
const written = (): Target[] => [
  {
    name: 'mails’ addresses and answers',
    files: ['app/core/mail/address.ts', 'app/core/mail/reply-words.ts'],
    seeds: [
      'reply+12345678901234567890@voice.example',
      '1\n\nOn Friday Voice mail <voicemail@voice.example> wrote:\n> From: Ann',
      'Yes\n-- \nBob',
    ].map(bytes),
    words: ['@', '>', '\n', '-- ', 'wrote:', '+', '\r', 'On '],
    run(input) {
      const mail = text(input);
      replyWords(mail);
      readLocalPart(splitAddress(mail).local);
      isAddress(mail);
    },
    refuses: never,
  },
  {
    name: 'words to search by',
    files: [
      'app/core/search/fold-words.ts',
      'app/core/search/search-terms.ts',
      'app/core/message/text-part.ts',
    ],
    seeds: ['The keys* aren’t here', 'l’eau été', '鍵はどこ', '"a b" c*'].map(bytes),
    words: ['*', '"', '\u{301}', '\u{fdfa}', '\u{ad}', '’', '鍵'],
    run(input) {
      const said = wordsOf(input);
      searchTerms(said);
      foldWords(said);
    },
    refuses: never,
  },
  {
    name: 'kinds of content, lengths of sounds and faxes',
    files: ['content-type', 'sound-length', 'tiff-pages'].map((one) => `app/core/message/${one}.ts`),
    seeds: [
      bytes('#!AMR\n<abcdefghijklmnopqrstuvwxyzabcde'),
      Buffer.from('49492a0008000000020000010300010000000100000001010300010000000100000000000000', 'hex'),
      Buffer.from('4d4d002a000000080001010000040000000100000001000000 08'.replace(' ', ''), 'hex'),
      bytes('RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0'),
    ],
    words: ['#!AMR\n', '#!AMR-WB\n', 'II*\0', 'MM\0*', '\xff\xd8\xff', '%PDF-', 'ftyp'],
    run(input) {
      for (const type of ['audio/amr', 'audio/amr-wb', contentTypeOf('a/b', input) ?? 'a/b'])
        soundLength(type, input);
      const pages = tiffPages(input);
      if (pages !== undefined) assert.ok(pages.whole >= 0);
    },
    refuses: never,
  },
];
