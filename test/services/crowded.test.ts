import assert from 'node:assert/strict';
import { createCrowded } from '../../app/services/crowded.ts';
import { keepingLog, type LogLine } from '../ports/silent-log.ts';

describe('As many calls as are taken at once', () => {
  it('B3: no more are taken, and the log tells of it once, and once that it is over', () => {
    const lines: LogLine[] = [];
    const calls = { size: 0 };
    const isCrowded = createCrowded({ calls, atOnce: 10, log: keepingLog(lines) });
    const at = (size: number): boolean => {
      calls.size = size;
      return isCrowded();
    };
    assert.deepEqual([1, 10, 11, 12, 10, 11, 9, 10, 11].map(at), [
      false,
      false,
      true,
      true,
      false,
      true,
      false,
      false,
      true,
    ]);
    assert.deepEqual(
      lines.map(({ level, fields }) => [level, fields?.['refused']]),
      [
        ['warn', undefined],
        ['info', 3],
        ['warn', undefined],
      ],
    );
  });
});
