import assert from 'node:assert/strict';
import { contentTypeOf } from '../../../app/core/message/content-type.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('What content is', () => {
  const known: readonly [said: string | undefined, begins: string, is: string | undefined][] = [
    ['image/jpeg', '\xff\xd8\xff\xe0\0\x10JFIF', 'image/jpeg'],
    ['image/png', '\xff\xd8\xff\xe0\0\x10JFIF', 'image/jpeg'],
    ['image/png', '\x89PNG\r\n\x1a\n', 'image/png'],
    ['image/gif', 'GIF89a', 'image/gif'],
    ['application/octet-stream', 'GIF89a', 'image/gif'],
    [undefined, 'RIFF\0\0\0\0WEBPVP8 ', 'image/webp'],
    ['image/heic', '\0\0\0\x18ftypheic', 'image/heic'],
    ['video/mp4', '\0\0\0\x18ftypmp42', 'video/mp4'],
    ['audio/mp4', '\0\0\0\x18ftypisom', 'audio/mp4'],
    ['video/3gpp', '\0\0\0\x18ftyp3gp5', 'video/3gpp'],
    ['audio/3gpp', '\0\0\0\x18ftyp3gp5', 'audio/3gpp'],
    ['audio/amr', '#!AMR\n\x3c', 'audio/AMR'],
    ['audio/mpeg', 'ID3\x03', 'audio/mpeg'],
    ['audio/mpeg', '\xff\xfb\x90\0', 'audio/mpeg'],
    ['audio/ogg', 'OggS\0', 'audio/ogg'],
    ['application/pdf', '%PDF-1.7', 'application/pdf'],
    ['text/vcard', 'BEGIN:VCARD\r\n', 'text/vcard'],
    ['text/plain; charset=utf-8', 'BMW is here', 'text/plain'],
    ['text/plain', 'NUL\0', 'application/octet-stream'],
    // What is not what it is said to be.
    ['image/jpeg', '<!doctype html><script>', undefined],
    ['image/svg+xml', '<svg onload="x()">', undefined],
    ['video/mp4', 'MZ\x90\0', undefined],
    ['audio/mpeg', 'no sound', undefined],
    ['image/png', '', undefined],
    // What nobody says.
    [undefined, 'anything', 'application/octet-stream'],
    ['no type at all', 'anything', 'application/octet-stream'],
    ['application/x-anything', 'anything', 'application/x-anything'],
    ['text/html\r\nx: y', 'anything', 'application/octet-stream'],
  ];
  for (const [said, begins, is] of known) {
    it(`said to be ${JSON.stringify(said)} and beginning ${JSON.stringify(begins)}, is ${is ?? 'not that'}`, () => {
      assert.equal(contentTypeOf(said, bytes(begins)), is);
    });
  }
});
