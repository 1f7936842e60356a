import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { columnNames, columnOf, readHeader, readRow, writeRow } from '../../../app/core/directory/columns.ts';
import type { E164, MailboxId } from '../../../app/core/ids.ts';
import type { Mailbox } from '../../../app/core/mailbox/mailbox.ts';
import type { Settings } from '../../../app/core/profile/settings.ts';

const mailbox = (settings: Settings = {}, aliases: string[] = []): Mailbox => ({
  id: 'box' as MailboxId,
  number: '+12025550147' as E164,
  aliases: aliases as E164[],
  origin: 'provisioned',
  status: 'active',
  classOfService: 'standard',
  created: new Date(0),
  counts: { new: 0, old: 0, urgent: 0 },
  byKind: {},
  settings,
  version: 0,
});
const cellOf = (settings: Settings, column: string): string | undefined =>
  writeRow(mailbox(settings))[columnNames.indexOf(column)];

describe('the table of subscribers', () => {
  it('a subscriber that is written is read as it was', () => {
    const settings: Settings = {
      name: '=1+1 "x", y',
      language: 'es',
      timeZone: 'Europe/Madrid',
      addresses: { sip: 'a@b', email: 'a@b.cd', sms: '+34600111222' as E164 },
      notify: [{ gateway: 'sip', to: 'subscriber', events: ['full'], kinds: ['voice', 'fax'] }],
      quietHours: { from: '22:00', to: '07:30' },
      lists: { 1: { members: ['+12025550148' as E164] }, 99: { name: 'all', members: [] } },
      toll: { rules: [{ allow: true, prefix: '+44' }], dailyCalls: 3 },
      deliverByCall: false,
    };
    const box = mailbox(settings, ['+34600111222', '+34600111223']);
    const { input, problems } = readRow(columnNames, writeRow(box));
    assert.deepEqual(problems, []);
    assert.deepEqual(input, {
      number: box.number,
      aliases: box.aliases,
      classOfService: 'standard',
      status: 'active',
      settings,
    });
  });

  it('any name comes back', () => {
    fc.assert(
      fc.property(
        fc
          .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
          .filter((name) => name === name.trim() && name !== ''),
        (name) => {
          const cell = cellOf({ name }, 'name') ?? '';
          assert.deepEqual(readRow(['number', 'name'], ['+1', cell]).input.settings, { name });
        },
      ),
    );
  });

  it('an empty cell is to be as the class says; a column that is not there is left alone', () => {
    const { settings, input } = readRow(['number', 'email', 'aliases'], ['+1', '', '']);
    assert.deepEqual([...settings], [['addresses.email', undefined]]);
    assert.deepEqual(input, { number: '+1', aliases: [], settings: {} });
    assert.deepEqual([...readRow(['number'], ['+1']).settings], []);
  });

  it('cells that cannot be read tell what is allowed', () => {
    const wrong = { quiet_hours: '25-7', deliver_by_call: 'yes', notify: '[{', lists: '{"1"', toll: 'x' };
    for (const [column, cell] of Object.entries(wrong)) {
      const { problems } = readRow(['number', column], ['+1', cell]);
      assert.deepEqual(
        problems.map(({ field, found }) => [columnOf(field), found]),
        [[column, cell]],
      );
    }
    assert.deepEqual(
      readRow(['name', 'number'], ['x', ' ']).problems.map(({ code }) => code),
      ['missing'],
    );
  });

  it('a header in any order and case is known; columns that nobody knows, twice or without number are not', () => {
    assert.deepEqual(readHeader([' Name', 'NUMBER']), ['name', 'number']);
    const codes = (cells: string[]) =>
      readHeader(cells).map((one) => (typeof one === 'string' ? one : one.code));
    assert.deepEqual(codes(['number', 'nmae']), ['unknown-field']);
    assert.deepEqual(codes(['number', 'name', 'name']), ['given-twice']);
    assert.deepEqual(codes(['name']), ['missing']);
    assert.deepEqual(codes(['number', '']), ['unknown-field']);
    assert.deepEqual(codes(['number', '__proto__']), ['unknown-field']);
  });

  it('a problem within a cell is one of its column', () => {
    assert.equal(columnOf('settings.lists.3.members.0'), 'lists');
    assert.equal(columnOf('settings.addresses.email'), 'email');
    assert.equal(columnOf('aliases.1'), 'aliases');
    assert.equal(columnOf('classOfService'), 'class');
  });
});
