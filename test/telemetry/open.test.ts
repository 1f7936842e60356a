import assert from 'node:assert/strict';
import { takeLibraryOutput } from '../../app/telemetry/library-output.ts';
import { openLog } from '../../app/telemetry/open.ts';
import type { LogSlice } from '../../app/telemetry/open.ts';
import { Fault } from '../../app/core/errors.ts';
import type { Log } from '../../app/ports/log.ts';

type Line = Record<string, unknown> & { readonly level: string; readonly msg: string };

const caller = '+12025550123';
const personal = {
  caller,
  callerName: 'Ada Lovelace',
  to: caller,
  digits: '1234567895',
  reference: '1234567895',
  body: 'hello you',
};

describe('the log', () => {
  it('writes a JSON object a line with time, level, text and fields', () => {
    const { log, lines } = open('debug');
    log.info('ready', { port: 8080, since: new Date(0) });
    log.child({ call: '1732293823.12' }).child({ step: 'greet' }).warn('late', { ms: 12 });
    const [first, second] = lines();
    assert.match(String(first?.['time']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.equal(first?.level, 'info');
    assert.equal(first?.msg, 'ready');
    assert.equal(first?.['port'], 8080);
    assert.equal(first?.['since'], '1970-01-01T00:00:00.000Z');
    assert.deepEqual([second?.['call'], second?.['step'], second?.['ms']], ['1732293823.12', 'greet', 12]);
  });

  it('writes nothing below its level', () => {
    const { log, lines } = open('warn');
    log.debug('a');
    log.info('b');
    log.warn('c');
    log.error('d');
    assert.deepEqual(
      lines().map((line) => line.msg),
      ['c', 'd'],
    );
    const silent = open('silent');
    silent.log.error('e');
    assert.deepEqual(silent.lines(), []);
  });

  for (const level of ['info', 'warn', 'error'] as const) {
    it(`has no personal data at ${level}: in fields, children, depths, addresses and errors`, () => {
      const { log, text } = open('debug');
      log.child(personal)[level]('taken', { ...personal, deep: [{ facts: { asserted: personal } }] });
      log[level]('taken', { endpoint: `sip:12025550123@10.0.0.1`, file: `/spool/${caller}~-~1~c~1.ulaw` });
      log[level](`said to ${caller}`);
      log[level]('no room for 2025550123', { error: 'POST x/1234567895: 500', file: '12025550123.ulaw' });
      log[level]('no mail for ada@home.example', { error: new Error('<ada+x@home.example>: gone') });
      log[level]('taken in', { recording: '+1900~Ada~17~x~1', tag: 'Ada' });
      const cause = new Error(`The 'To' number ${caller} is not valid (12025550123)`);
      log[level]('failed', { error: new Fault('gateway-refused', 'refused', { temporary: false, cause }) });
      assert.doesNotMatch(text(), /2025550123|Ada|ada|1234567895|hello you/);
    });
  }

  it('keeps what an operator needs: codes, ids, durations and where an error came from', () => {
    const { log, lines } = open('info');
    const error = new Fault('store-unavailable', 'no answer in 2000 ms', { temporary: true });
    log.error('put back', {
      error,
      message: '01890000-0000-7000-8000-000000000001',
      call: '1732293823.12',
      durationMs: 4123,
      command: 'GET channels/1732293823.12/play/play-0123456789ab-12: 404',
    });
    const [line] = lines();
    assert.equal(line?.['durationMs'], 4123);
    const shown = line?.['error'] as Record<string, unknown>;
    assert.deepEqual(
      [shown['code'], shown['temporary'], shown['message']],
      ['store-unavailable', true, 'no answer in 2000 ms'],
    );
    assert.match(String(shown['stack']), /open\.test\.ts/);
    assert.equal(line?.['message'], '01890000-0000-7000-8000-000000000001');
    assert.equal(line?.['call'], '1732293823.12');
    assert.equal(line?.['command'], 'GET channels/1732293823.12/play/play-0123456789ab-12: 404');
  });

  it('shows personal data at debug, where it is asked for', () => {
    const { log, lines } = open('debug');
    log.child({ caller }).debug('heard', { digits: '1234567895' });
    assert.deepEqual([lines()[0]?.['caller'], lines()[0]?.['digits']], [caller, '1234567895']);
  });

  it('never shows secrets, not even at debug', () => {
    const { log, text } = open('debug');
    log.debug('connected', {
      url: 'mongodb://ada:hush@store/answerback',
      pin: 'hush',
      secrets: { auth_token: 'hush' },
      Password: 'hush',
    });
    log.debug('to mongodb://ada:hush@store/', { error: new Error('mongodb://ada:hush@store/ is away') });
    assert.doesNotMatch(text(), /hush/);
  });

  it('has of what a library prints that it did, and the words at debug alone', () => {
    for (const [level, seen] of [
      ['info', false],
      ['debug', true],
    ] as const) {
      const { log, text } = open(level);
      const taken = takeLibraryOutput(log);
      // oxlint-disable-next-line no-console -- as a library does
      console.error(new Error('failed to parse'), 'MESSAGE to Ada: hello you');
      taken[Symbol.dispose]();
      assert.match(text(), /a library printed something/);
      assert.equal(text().includes('hello you'), seen);
    }
  });

  it('takes what cannot be written as JSON', () => {
    const { log, lines } = open('info');
    const round: Record<string, unknown> = {};
    round['self'] = round;
    log.info('odd', { round, big: 10n, bytes: new Uint8Array(3), nothing: undefined });
    assert.equal(lines()[0]?.['big'], '10');
    assert.equal(lines()[0]?.['bytes'], '[3 bytes]');
  });

  it('a text with line ends stays one line', () => {
    const { log, text } = open('info');
    log.info('a\nb', { name: 'c\r\n{"level":"error"}' });
    assert.equal(text().trimEnd().split('\n').length, 1);
  });
});

function open(level: LogSlice['level']): { log: Log; text: () => string; lines: () => Line[] } {
  let written = '';
  const log = openLog({ level }, { out: { write: (chunk) => void (written += chunk) } });
  const lines = (): Line[] =>
    written
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line);
  return { log, text: () => written, lines };
}
