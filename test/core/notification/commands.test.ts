import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { parseCommand as parse } from '../../../app/core/notification/commands.ts';
import { shippedTexts } from '../../speech/shipped.ts';

const parseCommand = (body: string) => parse(body, shippedTexts.vocabulary);

describe('a reply', () => {
  const replies: [string, string][] = [
    ['1', 'play'],
    [' 1. ', 'play'],
    ['１', 'play'],
    ['PLAY', 'play'],
    ['Play!', 'play'],
    ['play the message please', 'play'],
    ['1234567894', 'play 1234567894'],
    ['123 456 7894', 'play 1234567894'],
    ['1234567894#', 'play 1234567894'],
    ['play 1234567894', 'play 1234567894'],
    ['1234567894 PLAY', 'play 1234567894'],
    ['1 1234567894', 'play 1234567894'],
    ['+12025550199,,1234567894#', 'play 1234567894'],
    ['1234567891 1234567894', 'play 1234567894'],
    ['text', 'text'],
    ['Transcript 1234567894', 'text 1234567894'],
    ['SAVE', 'save'],
    ['save 1234567894', 'save 1234567894'],
    ['DELETE', 'delete'],
    ['del it', 'delete'],
    ['delete 1234567894.', 'delete 1234567894'],
    ['CALL', 'call'],
    ['call back', 'call'],
    ['STOP', 'stop'],
    ['Stop all', 'stop'],
    ['"stop"', 'stop'],
    ['Unsubscribe', 'stop'],
    ['REVOKE', 'stop'],
    ['Opt out', 'stop'],
    ['please opt-out', 'stop'],
    ['OPTOUT', 'stop'],
    ['cancel', 'stop'],
    ['End.', 'stop'],
    ['quit', 'stop'],
    ['opt in', 'unknown'],
    ['DELETE all', 'delete'],
    ['revoke my delete', 'unknown'],
    ['START', 'start'],
    ['help', 'help'],
    ['Help?', 'help'],
    ['?', 'help'],
    ['escuchar', 'play'],
    ['OÍR', 'play'],
    ['texto', 'text'],
    ['Guardar el mensaje, por favor', 'save'],
    ['borrar 1234567894', 'delete 1234567894'],
    ['llamar', 'call'],
    ['PARAR', 'stop'],
    ['alta', 'start'],
    ['Ayuda', 'help'],
    ['save 1234567891', 'save 1234567891'],
    ['1234567891', 'play 1234567891'],
    ['', 'unknown'],
    ['   ', 'unknown'],
    ['11', 'unknown'],
    ['12345678940', 'unknown'],
    ['stop by for dinner', 'unknown'],
    ['do not delete', 'unknown'],
    ['save or delete', 'unknown'],
    ['Thanks, Ann', 'unknown'],
    ['constructor', 'unknown'],
  ];
  for (const [body, expected] of replies) {
    it(`${JSON.stringify(body)} means ${expected}`, () => {
      const command = parseCommand(body);
      const reference = 'reference' in command ? ` ${command.reference}` : '';
      assert.equal(`${command.kind}${reference}`, expected);
    });
  }

  it('that begins with FIND looks for all that follows, commands and references too', () => {
    const searches: [string, string][] = [
      ['FIND invoice', 'invoice'],
      [' find: Zoë “March”  ', 'Zoë “March”'],
      ['Buscar\nfactura', 'factura'],
      ['search delete 1234567894', 'delete 1234567894'],
      ['find +41 79 123 45 67', '+41 79 123 45 67'],
      ['FIND key*', 'key*'],
      ['FÍND', ''],
    ];
    for (const [body, words] of searches) assert.deepEqual(parseCommand(body), { kind: 'find', words }, body);
    for (const body of ['findings', 'please find', 'save find', 'the invoice, find it', 'FIND1'])
      assert.notEqual(parseCommand(body).kind, 'find', body);
  });

  it('of 10 kB is unknown, and at once', () => {
    const started = performance.now();
    for (const piece of ['1', 'play ', '1 ', '1-', '+1', ',', '1234567894 ', '\u0301', '\u{1f600}', '\0']) {
      assert.deepEqual(parseCommand(piece.repeat(10_000)), { kind: 'unknown' });
      parseCommand(piece.repeat(480).slice(0, 480));
    }
    assert.ok(performance.now() - started < 200);
  });

  it('of any content gets an answer', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (body) => {
        const command = parseCommand(body);
        if ('reference' in command) assert.match(command.reference ?? '', /^\d{10}$/);
      }),
    );
  });
});
