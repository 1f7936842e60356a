import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';

const run = promisify(execFile);
const file = 'systemd/answerback.service';
const unit = readFileSync(file, 'utf8');
const program = '/usr/bin/systemd-analyze';
/** `systemd-analyze security` gives from 0 (all is held in) to 10. */
const mostExposed = 2;

/** Values of a setting, in order. */
const of = (name: string): string[] =>
  [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value.trim());

describe('the unit for systemd', function () {
  this.timeout(60_000);

  it('lets the controller do what it needs, and nothing else', () => {
    const on =
      'NoNewPrivileges PrivateTmp PrivateDevices ProtectHome ProtectClock ProtectKernelLogs ProtectKernelModules ' +
      'ProtectKernelTunables ProtectControlGroups RestrictNamespaces RestrictRealtime RestrictSUIDSGID LockPersonality';
    for (const name of on.split(' ')) assert.deepEqual(of(name), ['yes'], name);
    assert.deepEqual(of('ProtectSystem'), ['strict']);
    assert.deepEqual(of('CapabilityBoundingSet'), ['']);
    assert.deepEqual(of('RestrictAddressFamilies'), ['AF_INET AF_INET6 AF_UNIX']);
    assert.equal(of('SystemCallFilter')[0], '@system-service');
    assert.notEqual(of('User')[0] ?? 'root', 'root');
    // An orderly end takes seconds.
    assert.deepEqual([of('KillSignal'), of('TimeoutStopSec')], [['SIGTERM'], ['1min']]);
    assert.deepEqual([of('Restart'), of('RestartPreventExitStatus')], [['always'], ['3']]);
    assert.doesNotMatch(unit, /(PASSWORD|SECRET|TOKEN)=/);
  });

  it('is one that systemd takes, and finds well held in', async () => {
    // Where there is no systemd, what it would say is known from elsewhere.
    if (!existsSync(program)) return;
    const folder = await mkdtemp(join(tmpdir(), 'answerback-unit-'));
    try {
      // Its programs need not be here: a unit is judged by itself.
      const plain = unit
        .replace(/^ExecStart=.*$/m, 'ExecStart=/bin/true')
        .replace(/^Documentation=.*\n/m, '');
      const copy = join(folder, 'answerback.service');
      await writeFile(copy, plain);
      const verified = await run(program, ['verify', '--recursive-errors=no', '--man=no', copy]);
      assert.doesNotMatch(verified.stderr, /answerback\.service:\d/, verified.stderr);
      const threshold = `--threshold=${mostExposed * 10}`;
      const judged = await run(program, ['security', '--offline=true', '--no-pager', threshold, copy]);
      const [, exposure] = /Overall exposure level for \S+: ([\d.]+)/.exec(judged.stdout) ?? [];
      assert.ok(Number(exposure) <= mostExposed, judged.stdout.split('\n').slice(-3).join(' '));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is in the guide, with where it is put and how it ends', () => {
    const guide = readFileSync('docs/operations.md', 'utf8');
    for (const one of [file, 'systemctl', '/etc/answerback/environment', 'TimeoutStopSec'])
      assert.ok(guide.includes(one), one);
  });
});

interface Composed {
  readonly services: { readonly answerback: Readonly<Record<string, unknown>> };
}

describe('the image', () => {
  const dockerfile = readFileSync('Dockerfile', 'utf8');
  const compose = readFileSync('compose.yaml', 'utf8');

  it('runs as nobody special, on a root that cannot be written to, without capabilities', () => {
    const users = [...dockerfile.matchAll(/^USER (\S+)$/gm)].map(([, user]) => user);
    assert.ok(users.length > 0 && users.at(-1) !== 'root');
    assert.ok(dockerfile.lastIndexOf('\nUSER ') < dockerfile.indexOf('\nCMD '));
    const { services } = parse(compose, { merge: true }) as Composed;
    const { read_only, security_opt, cap_drop, tmpfs } = services.answerback;
    assert.deepEqual([read_only, security_opt, cap_drop], [true, ['no-new-privileges:true'], ['ALL']]);
    assert.deepEqual(tmpfs, ['/tmp', '/run']);
  });
});
