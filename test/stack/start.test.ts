import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { checkout } from '../../scripts/stack/machine.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { openPhone } from '../phone/phone.ts';
import { goneWithin } from './processes.ts';
import { temporaryFolder } from './temporary.ts';

interface Start {
  readonly lines: readonly string[];
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Settles when a line matches; fails with all lines if it ends before. */
  says(pattern: RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): void;
}

async function start(folder: string, sipPort: number): Promise<Start> {
  const config = join(folder, 'config.yaml');
  await writeFile(config, 'web: { port: 0 }\n');
  const own = {
    ANSWERBACK_CONFIG: config,
    ANSWERBACK_SIP_PORT: String(sipPort),
    ANSWERBACK_VAR: join(folder, 'var'),
  };
  const child = spawn(process.execPath, ['--import', 'tsx', join(checkout, 'scripts/start.ts')], {
    cwd: checkout,
    env: { ...process.env, ...own },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      for (const listener of listeners) listener();
    });
  }
  const ended = once(child, 'close').then(([code, signal]) => (signal ?? code) as number | NodeJS.Signals);
  return {
    lines,
    ended,
    async says(pattern) {
      const found = new Promise<string>((done) => {
        const look = (): void => {
          const line = lines.find((one) => pattern.test(one));
          if (line !== undefined) done(line);
        };
        listeners.add(look);
        look();
      });
      return Promise.race([
        found,
        ended.then((how) => Promise.reject(new Error(`${how}:\n${lines.join('\n')}`))),
      ]);
    },
    kill: (signal) => void child.kill(signal),
  };
}

describe('npm start', function () {
  this.timeout(60_000);

  it('says where to call, takes calls, and stops all that it started', async () => {
    await using folder = await temporaryFolder();
    const sipPort = await freePort('udp');
    const running = await start(folder.path, sipPort);
    const line = await running.says(/^start: SIP: /);
    assert.match(
      line,
      new RegExp(
        `127\\.0\\.0\\.1:${sipPort}, UDP\\. A soft-phone on this machine: user phone, password \\S+$`,
      ),
    );
    await running.says(/the access number is \*97 or \+12025550199/);
    const password = /password (\S+)$/.exec(line)?.[1] ?? '';
    const server = { host: '127.0.0.1', port: sipPort };
    {
      await using phone = await openPhone({ server, number: 'phone', password });
      assert.equal(await phone.register(), 200);
      const call = await phone.call('+12025550177');
      await call.up();
      await call.hangup();
    }
    running.kill('SIGINT');
    assert.equal(await running.ended, 0, running.lines.join('\n'));
    assert.deepEqual(await goneWithin(folder.path, 1000), []);
  });

  it('leaves nothing running when it is killed', async () => {
    await using folder = await temporaryFolder();
    const running = await start(folder.path, await freePort('udp'));
    await running.says(/Ctrl-C stops it all/);
    running.kill('SIGKILL');
    assert.equal(await running.ended, 'SIGKILL');
    assert.deepEqual(await goneWithin(folder.path, 15_000), []);
  });

  it('says in one line that its port is taken, and how to take another', async () => {
    await using folder = await temporaryFolder();
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    try {
      const { port } = socket.address();
      const running = await start(folder.path, port);
      assert.equal(await running.ended, 1);
      assert.deepEqual(running.lines, [
        `start: port ${port} (SIP, udp) is taken; stop what uses it, or set ANSWERBACK_SIP_PORT to another`,
      ]);
    } finally {
      socket.close();
    }
  });
});
