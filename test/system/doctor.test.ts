import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { answerback } from '../cli/command.ts';
import { access, openSystem, type System } from './system.ts';

interface Found {
  readonly check: string;
  readonly level: string;
  readonly text: string;
  readonly fix?: string;
}

describe('answerback doctor beside a running installation', function () {
  this.timeout(180_000);
  let system: System;

  before(async () => {
    system = await openSystem();
    // Its indexes are there then.
    await system.store.ping();
  });

  after(() => system[Symbol.asyncDispose]());

  async function examine(
    only: string,
    change: Readonly<Record<string, Record<string, unknown>>> = {},
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly code: number; readonly found: readonly Found[] }> {
    const config = parse(await readFile(system.controller.file, 'utf8')) as Record<string, object>;
    for (const [key, value] of Object.entries(change))
      config[key] = Array.isArray(value) ? value : { ...config[key], ...value };
    const file = join(system.directory, 'doctor.yaml');
    await writeFile(file, stringify(config));
    const { password, manager } = system.asterisk;
    const { code, out, errors } = await answerback(['doctor', '--only', only, '--config', file, '--json'], {
      env: {
        MONGODB_URL: system.local.url,
        ASTERISK_ARI_PASSWORD: password,
        ASTERISK_AMI_PASSWORD: manager.password,
        ANSWERBACK_PIN_PEPPER: 'Kampot',
        ...env,
      },
    });
    assert.equal(errors, '');
    return { code, found: (JSON.parse(out) as { findings: Found[] }).findings };
  }

  function has(found: readonly Found[], level: string, text: RegExp): void {
    assert.ok(
      found.some((one) => one.level === level && text.test(one.text)),
      JSON.stringify(found, undefined, 2),
    );
  }

  it('finds all well, and the controller goes on as before', async () => {
    const web = { web: { port: Number(new URL(system.controller.web).port) } };
    const { code, found } = await examine(
      'store,queues,counters,switch,trunks,spool,recordings,controller',
      web,
    );
    assert.equal(code, 0, JSON.stringify(found, undefined, 2));
    has(found, 'ok', /^Asterisk 2\d\./);
    has(found, 'ok', /^trunk trunk/);
    has(found, 'ok', /^ready at /);
    assert.deepEqual(
      found.filter(({ level }) => level !== 'ok'),
      [],
    );
    const caller = await system.phone('+13035550142');
    const call = await caller.call(access);
    await call.up();
    await call.hangup();
  });

  it('a wrong password, and a manager interface with another', async () => {
    const ari = await examine('switch', {}, { ASTERISK_ARI_PASSWORD: 'wrong' });
    has(ari.found, 'wrong', /refuses the user/);
    const ami = await examine('switch', {}, { ASTERISK_AMI_PASSWORD: 'wrong' });
    has(ami.found, 'wrong', /the manager interface refuses/);
    const nowhere = await examine('switch', { asterisk: { manager: { port: 9 } } });
    has(nowhere.found, 'wrong', /the manager interface does not answer/);
  });

  it('an application that nobody serves, and a trunk that is no endpoint', async () => {
    const other = await examine('switch', { asterisk: { app: 'other' } });
    has(other.found, 'wrong', /^no controller serves the application other/);
    const trunks = [
      { name: 'trunk', host: '127.0.0.1' },
      { name: 'elsewhere', host: '127.0.0.1' },
    ];
    const { found } = await examine('trunks', { trunks } as never);
    has(found, 'ok', /^trunk trunk/);
    has(found, 'wrong', /^trunk elsewhere is no endpoint/);
  });

  it('a module that is not loaded, and a dialplan that is not ours', async () => {
    await system.asterisk.cli('module unload app_record.so');
    const module = await examine('switch');
    has(module.found, 'warn', /^app_record\.so is not loaded: nothing is recorded/);
    await system.asterisk.cli('module load app_record.so');
    await system.asterisk.cli('dialplan remove context facts');
    try {
      has((await examine('switch')).found, 'wrong', /^the dialplan lacks facts$/);
    } finally {
      await system.asterisk.cli('dialplan reload');
    }
  });

  it('a switch and a controller that are gone', async () => {
    await system.controller.kill('SIGTERM');
    has((await examine('switch')).found, 'wrong', /^no controller serves the application/);
    await system.asterisk.kill();
    const { code, found } = await examine('switch,trunks');
    assert.equal(code, 1);
    has(found, 'wrong', /^the switch does not answer at http/);
    has(found, 'skipped', /the switch does not answer/);
  });
});
