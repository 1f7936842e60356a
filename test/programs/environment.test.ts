import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalSpeech } from '../../app/speech/local/open.ts';
import { openTransform } from '../../app/transform/open.ts';
import { tone } from '../../scripts/audio/tone.ts';
import { silentLog } from '../ports/silent-log.ts';

const sound = { contentType: 'audio/PCMU', bytes: tone(440, 1000) };
const secrets = ['TWILIO_AUTH_TOKEN', 'ANSWERBACK_PIN_PEPPER', 'MONGODB_URL'];
/** All that a program is told, and what its shell adds. */
const told = 'PATH HOME LANG TMPDIR ANSWERBACK_CACHE ANSWERBACK_ROOT XDG_CACHE_HOME PWD OLDPWD SHLVL _'.split(
  ' ',
);

describe('A program that reads what strangers send', () => {
  const earlier = new Map(secrets.map((name) => [name, process.env[name]]));
  let folder: string;
  /** Stands for a program, and writes down what it knows. */
  let program: readonly string[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ab-environment-'));
    program = ['sh', '-c', 'env >>"$0"; exit 1', join(folder, 'known')];
    for (const name of secrets) process.env[name] = 'a secret of ours';
  });

  afterEach(() => rm(join(folder, 'known'), { force: true }));

  after(async () => {
    for (const [name, value] of earlier)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    await rm(folder, { recursive: true });
  });

  async function assertKnowsNoSecret(): Promise<void> {
    const known = await readFile(join(folder, 'known'), 'utf8');
    assert.match(known, /^PATH=/m);
    assert.doesNotMatch(known, /a secret of ours/);
    const names = known
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0] ?? '');
    assert.deepEqual(
      names.filter((name) => !told.includes(name)),
      [],
    );
  }

  it('to convert it knows no secret of this process', async () => {
    await using room = openTransform({ prefix: program, ffmpeg: program }, { log: silentLog });
    const edge = { from: 'audio/*', to: 'audio/x-wav', cost: 1 };
    await assert.rejects(room.convert(sound, edge, { language: 'en' }), { code: 'invalid' });
    await assertKnowsNoSecret();
  });

  it('to play it faster knows no secret of this process', async () => {
    await using room = openTransform({ prefix: program, ffmpeg: program }, { log: silentLog });
    await assert.rejects(room.tempo({ id: 'm', ...sound }, 2), { code: 'media-failed' });
    await assertKnowsNoSecret();
  });

  it('to write it down or speak it knows no secret of this process', async () => {
    const options = { prefix: program, ffmpeg: program, models: {}, language: 'en' };
    await using room = await openLocalSpeech(
      { ...options, maxChars: 100, maxSeconds: 10 },
      { log: silentLog },
    );
    await assert.rejects(room.decode(sound, 8000), { code: 'invalid' });
    await assertKnowsNoSecret();
  });
});
