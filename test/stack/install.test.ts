import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { builtController } from '../../scripts/stack/build.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { openLocalStore, type LocalStore } from '../../scripts/stack/store.ts';
import { babble } from '../audio/babble.ts';
import { openPhone, type Phone } from '../phone/phone.ts';
import { openChance } from '../system/chance.ts';
import { SteadyCaller } from '../system/steady-caller.ts';
import { mayHaveMachine, openFreshMachine, type FreshMachine } from './fresh-machine.ts';

/** As docs/operations.md says, under systemd, with all that the unit forbids. */
describe('Installed as a service on a fresh machine', function () {
  this.timeout(180_000);
  let directory: string;
  let machine: FreshMachine;
  let store: LocalStore;
  let network: Phone;
  let sipPort: number;
  let webPort: number;

  before(async function () {
    if (!mayHaveMachine) this.skip();
    await builtController();
    directory = await mkdtemp(join(tmpdir(), 'answerback-install-'));
    store = await openLocalStore({ directory: join(directory, 'store') });
    machine = await openFreshMachine();
    network = await openPhone({
      server: { host: '127.0.0.1', port: 9 },
      number: 'network',
      onCall: 'answer',
    });
    [sipPort, webPort] = [await freePort('udp'), await freePort()];
  });

  after(async () => {
    await network?.[Symbol.asyncDispose]();
    await machine?.[Symbol.asyncDispose]();
    await store?.[Symbol.asyncDispose]();
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  });

  it('programs, user, unit and command are there, with passwords that nobody else can read', async () => {
    const said = await machine.shell('npm run -s service:install');
    assert.match(said, /passwords made[\s\S]*answerback\.yaml is to be edited[\s\S]*nothing was started/);
    const modes = await machine.shell(
      'stat -c "%U:%G %a %n" /etc/answerback/* /var/spool/asterisk/recording',
    );
    assert.deepEqual(modes.trim().split('\n'), [
      'root:answerback 640 /etc/answerback/answerback.yaml',
      'root:root 600 /etc/answerback/environment',
      'asterisk:asterisk 2770 /var/spool/asterisk/recording',
    ]);
    assert.match(await machine.shell('id answerback'), /\(asterisk\)/);
    assert.equal(await machine.shell('ls -d /opt/answerback/node_modules/typescript || echo none'), 'none\n');
    const unit = await readFile('systemd/answerback.service', 'utf8');
    assert.equal(await machine.shell('cat /etc/systemd/system/answerback.service'), unit);
  });

  it('Asterisk’s configuration is written for its numbers and trunks, and what was there is kept', async () => {
    await machine.shell('cat > /etc/answerback/answerback.yaml', await configuration());
    const render =
      'npm run -s asterisk:render -- /etc/answerback/answerback.yaml /etc/asterisk --environment /etc/answerback/environment';
    const said = await machine.shell(`${render} --sip-host 127.0.0.1 --sip-port ${sipPort}`);
    assert.match(said, /what was there is in \/etc\/asterisk\/extensions\.conf\.orig[\s\S]*restart Asterisk/);
    assert.match(await machine.shell('stat -c "%U %a" /etc/asterisk/ari.conf'), /^asterisk 600/);
    assert.match(await machine.shell('cat /etc/asterisk/pjsip.d/trunk-carrier.conf'), /match = 127\.0\.0\.1/);
    // By hand, and of a trunk that is gone: both are told of, and neither is lost.
    await machine.shell(
      'cd /etc/asterisk; echo "; mine" >> rtp.conf; cp pjsip.d/trunk-carrier.conf pjsip.d/trunk-old.conf',
    );
    const again = await machine.shell(`${render} --sip-host 127.0.0.1 --sip-port ${sipPort}`);
    assert.deepEqual(again.trim().split('\n').slice(1), [
      'what was there is in /etc/asterisk/rtp.conf.before',
      'what was there is in /etc/asterisk/pjsip.d/trunk-old.conf.orig',
      'reload Asterisk: asterisk -rx "core reload"',
    ]);
    // Asterisk's user may write there, and gets nothing of others by it.
    await machine.shell('cd /etc/asterisk; mv ari.conf ari.real; ln -s /etc/answerback/environment ari.conf');
    await machine.shell(`${render} --sip-host 127.0.0.1 --sip-port ${sipPort}`);
    assert.equal(
      await machine.shell('stat -c "%F" /etc/asterisk/ari.conf; stat -c "%U" /etc/answerback/environment'),
      'regular file\nroot\n',
    );
  });

  it('a caller leaves a message, the subscriber is told and hears it by its reference', async () => {
    await machine.shell('systemctl restart asterisk && systemctl enable --now answerback');
    await machine.shell(untilLogged('"msg":"ready"'));
    const caller = await phone('+14155550100');
    await using _ = caller;
    const sound = babble(2000, 4);
    const plan = { from: caller.number, to: '+12025550147', sound, end: 'hang-up' } as const;
    await new SteadyCaller(plan).call(caller, openChance(4));
    const told = await network.nextText({ where: ({ body }) => /,,\d{10}#/.test(body) });
    const reference = /,,(\d{10})#/.exec(told.body)?.[1] ?? '';
    await using subscriber = await phone('+12025550147');
    const call = await subscriber.call(reference);
    await call.up(10_000);
    const { score } = await call.hears(sound, { withinMs: 15_000, minScore: 0.7 });
    await call.hangup();
    assert.ok(score > 0.7, String(score));
    assert.equal((await machine.shell('find /var/spool/asterisk/recording -type f')).trim(), '');
  });

  it('the command finds configuration and passwords by itself, and the doctor finds all well', async () => {
    assert.match(await machine.shell('answerback doctor'), /ready at http/);
    assert.match(await machine.shell('answerback --version'), /^\d+\.\d+\.\d+$/m);
    assert.match(await machine.shell('answerback subscriber list'), /2025550147/);
  });

  it('it is ended within seconds, and the next start takes in what was said meanwhile', async () => {
    await machine.shell('systemctl stop answerback');
    assert.match(
      await machine.shell('systemctl show -p Result -p ExecMainStatus answerback'),
      /Result=success[\s\S]*=0/,
    );
    await using caller = await phone('+14155550101');
    const sound = babble(2000, 5);
    const plan = { from: caller.number, to: '+12025550147', sound, end: 'hang-up' } as const;
    await new SteadyCaller(plan).call(caller, openChance(5));
    await machine.shell('systemctl start answerback');
    const told = await network.nextText({
      where: ({ body }) => /415.?555.?0101/.test(body),
      timeoutMs: 30_000,
    });
    assert.match(told.body, /,,\d{10}#/);
  });

  it('a newer version comes in its place: the one before stays beside it, settings stay as they are', async () => {
    const before = await machine.shell('cat /etc/answerback/*');
    await machine.shell(
      'echo "// other" >> /opt/answerback/dist/app/main.js; touch /opt/answerback/of-before',
    );
    await machine.shell('npm run -s service:install');
    // Once more by mistake: the way back is still there.
    await machine.shell('npm run -s service:install');
    assert.equal(await machine.shell('cat /etc/answerback/*'), before);
    assert.equal(
      await machine.shell('cd /opt && ls -d answerback*/of-before answerback/dist'),
      'answerback.before/of-before\nanswerback/dist\n',
    );
  });

  function phone(number: string): Promise<Phone> {
    return openPhone({ server: { host: '127.0.0.1', port: sipPort }, number });
  }

  /** The example that is installed, with addresses of this test. */
  async function configuration(): Promise<string> {
    const example = parse(await readFile('systemd/answerback.yaml', 'utf8')) as Example;
    const trunk = { name: 'carrier', host: '127.0.0.1', port: network.port, trusted: true };
    return stringify({
      ...example,
      trunks: [trunk],
      asterisk: {
        ...example.asterisk,
        url: `http://127.0.0.1:${await freePort()}`,
        manager: { port: await freePort() },
      },
      store: { url: store.url },
      web: { ...example.web, port: webPort, metrics: { port: 0 } },
    });
  }
});

/** Of the shell: ends at once when the service has logged it, and with an error after half a minute. */
function untilLogged(words: string): string {
  return `bash -c 'grep -m 1 "$0" <(timeout 30 journalctl --no-tail -f -o cat -u answerback)' '${words}'`;
}

interface Example {
  readonly asterisk: Readonly<Record<string, unknown>>;
  readonly web: Readonly<Record<string, unknown>>;
}
