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
    assert.match(
      await render(),
      /what was there is in \/etc\/asterisk\/extensions\.conf\.orig[\s\S]*restart Asterisk/,
    );
    assert.match(await machine.shell('stat -c "%U %a" /etc/asterisk/ari.conf'), /^asterisk 600/);
    assert.match(await machine.shell('cat /etc/asterisk/pjsip.d/trunk-carrier.conf'), /match = 127\.0\.0\.1/);
    assert.match(again(await render()), /^$/);
    // By hand, and of a trunk that is gone: both are told of, and neither is lost.
    await machine.shell('echo "; mine" >> /etc/asterisk/rtp.conf');
    assert.equal(
      again(await render()),
      'what was there is in /etc/asterisk/rtp.conf.before\nreload Asterisk: asterisk -rx "core reload"',
    );
    await machine.shell('cd /etc/asterisk/pjsip.d; cp trunk-carrier.conf trunk-old.conf');
    assert.equal(
      again(await render()),
      'what was there is in /etc/asterisk/pjsip.d/trunk-old.conf.orig\nreload Asterisk: asterisk -rx "core reload"',
    );
  });

  it('whoever Asterisk’s user is gets nothing of root’s by what lies in its folders', async () => {
    await machine.shell(
      'cd /etc/asterisk; mv ari.conf real; ln -s /etc/answerback/environment ari.conf; mv pjsip.d real.d; ln -s /etc/systemd/system pjsip.d',
    );
    await assert.rejects(render(), /EACCES/);
    await machine.shell('cd /etc/asterisk; rm pjsip.d; mv real.d pjsip.d');
    await render();
    assert.equal(
      await machine.shell(
        'stat -c "%F %U %a" /etc/asterisk/ari.conf /etc/answerback/environment; ls /etc/systemd/system | grep -c trunk || true',
      ),
      'regular file asterisk 600\nregular file root 600\n0\n',
    );
  });

  it('a caller leaves a message, the subscriber is told and hears it by its reference', async () => {
    await machine.shell('systemctl restart asterisk && systemctl enable --now answerback');
    await machine.shell(untilLogged('"msg":"ready"'));
    const sound = await leavesMessage('+14155550100', 4);
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

  it('messages of every kind are had in every form: the unit stops no program that converts', async () => {
    const { id } = JSON.parse(await machine.shell('answerback mailbox show +12025550147 --json')) as {
      id: string;
    };
    const made = await machine.shell('answerback key add forms --scopes messages:read,messages:write --json');
    const { key } = JSON.parse(made) as { key: string };
    const ask = async (path: string, body?: object): Promise<Response> => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
      const request =
        body === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(body) };
      const answer = await fetch(`http://127.0.0.1:${webPort}/v1/${path}`, request);
      assert.ok(answer.ok, `${path}: ${answer.status} ${answer.ok ? '' : await answer.text()}`);
      return answer;
    };
    const leave = async (message: object): Promise<string> =>
      ((await (await ask(`mailboxes/${id}/messages`, message)).json()) as { message: string }).message;
    const part = async (message: string, n: number, form: string): Promise<Buffer> =>
      Buffer.from(await (await ask(`messages/${message}/parts/${n}?form=${form}`)).arrayBuffer());
    const words = await leave({ text: 'Your parcel is here.' });
    const pdf = (await part(words, 0, 'application/pdf')).toString('base64');
    const paper = await leave({ parts: [{ contentType: 'application/pdf', name: 'a.pdf', data: pdf }] });
    const png = (await part(paper, 0, 'image/png')).toString('base64');
    await leave({ parts: [{ contentType: 'image/png', name: 'a.png', data: png }] });
    const list = (await (await ask(`mailboxes/${id}/messages`)).json()) as {
      items: { id: string; kind: string }[];
    };
    const forms: string[] = [];
    for (const { id: message, kind } of list.items) {
      const { parts } = (await (await ask(`messages/${message}`)).json()) as { parts: Parts };
      for (const { index, forms: all } of parts)
        for (const form of all) {
          assert.ok((await part(message, index, encodeURIComponent(form))).length > 0, form);
          forms.push(`${kind} ${form}`);
        }
    }
    // By ffmpeg, pdftotext, pdftoppm and ffmpeg.
    const some = [/^voice audio\/mpeg/, /^email text\/plain/, /^email image\/png/, /^image image\/jpeg/];
    for (const wanted of some)
      assert.ok(
        forms.some((form) => wanted.test(form)),
        `${wanted} of ${forms.join(', ')}`,
      );
  });

  it('it is ended within seconds, and the next start takes in what was said meanwhile', async () => {
    await machine.shell('systemctl stop answerback');
    assert.match(
      await machine.shell('systemctl show -p Result -p ExecMainStatus answerback'),
      /Result=success[\s\S]*=0/,
    );
    await leavesMessage('+14155550101', 5);
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

  function render(): Promise<string> {
    const files = '/etc/answerback/answerback.yaml /etc/asterisk --environment /etc/answerback/environment';
    return machine.shell(`npm run -s asterisk:render -- ${files} --sip-host 127.0.0.1 --sip-port ${sipPort}`);
  }

  /** What it said after the count of files. */
  function again(said: string): string {
    return said.trim().split('\n').slice(1).join('\n');
  }

  /** Answers what was said. */
  async function leavesMessage(from: string, seed: number): Promise<Buffer> {
    await using caller = await phone(from);
    const sound = babble(2000, seed);
    const plan = { from, to: '+12025550147', sound, end: 'hang-up' } as const;
    await new SteadyCaller(plan).call(caller, openChance(seed));
    return sound;
  }

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

type Parts = readonly { readonly index: number; readonly forms: readonly string[] }[];

interface Example {
  readonly asterisk: Readonly<Record<string, unknown>>;
  readonly web: Readonly<Record<string, unknown>>;
}
