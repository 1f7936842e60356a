import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import type { TableRow } from '../../app/ports/tables.ts';
import { openTables } from '../../app/tables/open.ts';

const tables = openTables();

/** In pieces of `size` bytes, so that lines and characters are cut anywhere. */
async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string | Uint8Array, size = 7): Promise<TableRow[]> {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const rows: TableRow[] = [];
  for await (const row of tables.read(pieces(bytes, size))) rows.push(row);
  return rows;
}

const cellsOf = (rows: readonly TableRow[]) => rows.map((row) => (row.kind === 'row' ? row.cells : row.why));

describe('tables', () => {
  it('read lines with their numbers, whatever ends them; empty ones are left out', async () => {
    for (const end of ['\n', '\r\n']) {
      const rows = await read(['a,b', 'c,d', '', '  ', 'e,"f, g"', ''].join(end));
      assert.deepEqual(rows, [
        { kind: 'row', line: 1, cells: ['a', 'b'] },
        { kind: 'row', line: 2, cells: ['c', 'd'] },
        { kind: 'row', line: 5, cells: ['e', 'f, g'] },
      ]);
    }
    assert.deepEqual(cellsOf(await read('a,b\nlast,line')), [
      ['a', 'b'],
      ['last', 'line'],
    ]);
    assert.deepEqual(await read(''), []);
  });

  it('take off the mark that spreadsheets begin with, and know their semicolons', async () => {
    assert.deepEqual(cellsOf(await read('\u{feff}number;name\n1;"a;b"\n2;c,d\n')), [
      ['number', 'name'],
      ['1', 'a;b'],
      ['2', 'c,d'],
    ]);
    assert.deepEqual(cellsOf(await read('\u{feff}"number",name\n')), [['number', 'name']]);
  });

  it('a quote that is not closed spoils its own line and no other', async () => {
    const rows = await read(
      'a,b\n1,"open\n2,fine\n3,"closed"x\n4,"a ""b"" c"\n5,x"y\n6,"two\n7,lines"\n8,end\n',
    );
    assert.deepEqual(cellsOf(rows), [
      ['a', 'b'],
      'quotes',
      ['2', 'fine'],
      'quotes',
      ['4', 'a "b" c'],
      'quotes',
      'quotes',
      'quotes',
      ['8', 'end'],
    ]);
    assert.deepEqual(
      rows.map((row) => row.line),
      [1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
  });

  it('a line of a megabyte and bytes that are no text are left out', async () => {
    const rows = await read(
      Buffer.concat([
        Buffer.from('a,b\n'),
        Buffer.alloc(1_000_000, 'x'),
        Buffer.from('\n1,ok\n'),
        Buffer.from([0xff, 0xfe, 0x00, 0x80]),
        Buffer.from('\n2,ok\n'),
        Buffer.from('3,caf\u00e9', 'latin1'),
        Buffer.from('\n4,ok\n'),
      ]),
      65_536,
    );
    assert.deepEqual(cellsOf(rows), [
      ['a', 'b'],
      'too-long',
      ['1', 'ok'],
      'not-utf-8',
      ['2', 'ok'],
      'not-utf-8',
      ['4', 'ok'],
    ]);
  });

  it('a line without end costs no memory', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      const some = Buffer.alloc(1024 * 1024, 'x');
      for (let i = 0; i < 300; i += 1) yield some;
      yield Buffer.from('\n1,ok\n');
    }
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const rows: TableRow[] = [];
    for await (const row of tables.read(endless())) {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      rows.push(row);
    }
    assert.deepEqual(cellsOf(rows), ['too-long', ['1', 'ok']]);
    assert.ok(most < 50 * 1024 * 1024, `${most} bytes`);
  });

  it('binary rubbish of any kind ends nothing', async () => {
    for (let i = 0; i < 20; i += 1) {
      const rows = await read(
        Buffer.concat([Buffer.from('first,second\n'), randomBytes(20_000), Buffer.from('\n1,ok\n')]),
        999,
      );
      assert.deepEqual(cellsOf(rows).at(-1), ['1', 'ok']);
    }
  });

  it('hold nothing that a spreadsheet would run, and are read as they were', async () => {
    const evil = [
      '=HYPERLINK("http://x.example")',
      '@SUM(A1)',
      '+cmd|x',
      '-2+3+cmd|x',
      '\t=1',
      '+1+x',
      "'=1",
      "''@x",
    ];
    const plain = ['+12025550123', '+12025550123 +34600111222', '-5', "O'Hara", "'tis", 'a=b'];
    const text = tables.write([...evil, ...plain]);
    const shown = text.trim().split(',');
    for (const cell of shown.slice(0, evil.length)) assert.match(cell, /^"?'/, cell);
    assert.deepEqual(shown.slice(evil.length), plain);
    assert.deepEqual(cellsOf(await read(text)), [[...evil, ...plain]]);
    assert.deepEqual(
      cellsOf(await read("'+12025550123,x\n")),
      [['+12025550123', 'x']],
      'as people type them',
    );
  });

  const cell = fc
    .string({
      unit: fc.oneof(
        fc.constantFrom('=', '+', "'", '1'),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      ),
      maxLength: 12,
    })
    .filter((text) => !/[\r\n]/.test(text));
  it('what was written is read as it was', async () => {
    const row = fc
      .array(cell, { minLength: 2, maxLength: 4 })
      .filter((cells) => cells.join('').trim() !== '');
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 50 }),
        async (rows, size) => {
          const header = ['first', 'second'];
          const text = [header, ...rows].map((cells) => tables.write(cells)).join('');
          assert.deepEqual(cellsOf(await read(text, size)), [header, ...rows]);
        },
      ),
      { numRuns: 200 },
    );
  });
});
