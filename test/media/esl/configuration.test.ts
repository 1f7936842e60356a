import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { renderFreeSwitch, RenderError, type FreeSwitchValues } from '../../../scripts/freeswitch/render.ts';

const source = new URL('../../../freeswitch/', import.meta.url).pathname;

const values: FreeSwitchValues = {
  eslHost: '127.0.0.1',
  eslPort: 8021,
  eslPassword: 'a "word" <of> & signs',
  controllers: ['127.0.0.1:8084', '127.0.0.2:8084'],
  folder: '/var/lib/answerback/freeswitch',
  http: false,
  domain: 'example.org',
  sipHost: '127.0.0.1',
  sipPort: 5060,
  rtp: { first: 16_384, last: 32_767 },
  maxSessions: 1000,
  sessionsPerSecond: 100,
  prompts: 'var/prompts',
  language: 'en',
  tries: 3,
  maxSeconds: 180,
  maxSilence: 10,
  trunks: [
    { name: 'carrier', host: '192.0.2.10', port: 5060 },
    { name: 'other', host: '192.0.2.11', port: 5080 },
  ],
  phones: [{ number: '+12025550140', password: 'secret' }],
};

/** Applications of mod_dptools, mod_sndfile's files and mod_event_socket that are used here. */
const applications = new Set(['set', 'socket', 'sleep', 'answer', 'playback', 'record', 'hangup']);
const modules = new Set([
  'mod_console',
  'mod_logfile',
  'mod_event_socket',
  'mod_sofia',
  'mod_sms',
  'mod_commands',
  'mod_dptools',
  'mod_dialplan_xml',
  'mod_sndfile',
  'mod_tone_stream',
  'mod_spandsp',
]);

interface Action {
  readonly '@_application': string;
  readonly '@_data': string;
}

describe('The configuration of FreeSWITCH', () => {
  let folder: string;
  const files = new Map<string, string>();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ab-freeswitch-'));
    const written = await renderFreeSwitch(source, folder, values);
    for (const path of written.filter((name) => name.endsWith('.xml')))
      files.set(path, await readFile(join(folder, path), 'utf8'));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  const read = (path: string): string => files.get(path) ?? assert.fail(`${path} was not written`);

  it('is XML, with nothing left to fill in, and no include beside another element on its line', () => {
    assert.ok(files.size >= 12, [...files.keys()].join(' '));
    for (const [path, text] of files) {
      assert.equal(XMLValidator.validate(text), true, path);
      assert.deepEqual(text.match(/@(?!NAME@)[A-Z_]+@/g), null, path);
      for (const line of text.split('\n').filter((one) => one.includes('<X-PRE-PROCESS')))
        assert.match(line, /^\s*<X-PRE-PROCESS [^<>]*\/>$/, path);
    }
  });

  it('names only applications and modules that are known, and no voicemail of the switch’s own', () => {
    const text = read('dialplan/answerback.xml');
    const named = [...text.matchAll(/application="([^"]*)"/g)].map(([, name]) => name ?? '');
    assert.ok(named.length > 15);
    for (const name of named) assert.ok(applications.has(name), name);
    const loaded = [...read('autoload_configs/modules.conf.xml').matchAll(/module="([^"]*)"/g)].map(
      ([, name]) => name,
    );
    assert.deepEqual(new Set(loaded), modules);
  });

  it('hands a call over as often as it is told, then takes the message itself under a name that the controller reads', () => {
    const parser = new XMLParser({
      ignoreAttributes: false,
      isArray: (name) => name === 'action' || name === 'condition',
    });
    const dialplan = parser.parse(read('dialplan/answerback.xml')) as {
      context: { extension: { condition: { action: Action[] }[] } };
    };
    const actions = dialplan.context.extension.condition.at(-1)?.action ?? [];
    const sockets = actions.filter((action) => action['@_application'] === 'socket');
    assert.deepEqual(
      sockets.map((action) => action['@_data']),
      Array.from({ length: 3 }, () => '127.0.0.1:8084|127.0.0.2:8084 async full'),
    );
    const played = actions.map((action) => action['@_data']).filter((data) => data?.endsWith('.wav'));
    assert.ok(played.length === 2 && played.every((file) => existsSync(file)), played.join(' '));
    const set = actions
      .filter((action) => action['@_application'] === 'set')
      .map((action) => action['@_data']);
    assert.ok(set.includes('socket_resume=true') && set.includes('enable_file_write_buffering=false'));
    const recorded = actions.findIndex((action) => action['@_application'] === 'record');
    assert.ok(recorded > actions.lastIndexOf(sockets.at(-1) as Action));
    assert.match(
      actions[recorded]?.['@_data'] ?? '',
      /^\/var\/lib\/answerback\/freeswitch\/recordings\/\$\{answerback_name\}\.wav 180 200 10$/,
    );
    assert.ok(
      set.includes('answerback_name=${answerback_called}~${answerback_caller}~${strepoch()}~${uuid}~f'),
    );
  });

  it('speaks TLS and SRTP with a trunk that is to be secure, and with no other; without a certificate there is none', async () => {
    const target = join(folder, 'secure');
    const trunks = values.trunks.map((trunk, i) => (i === 0 ? { ...trunk, secure: true } : trunk));
    await renderFreeSwitch(source, target, { ...values, trunks, tls: { port: 5061, folder: '/etc/tls' } });
    const text = async (path: string) => {
      const found = await readFile(join(target, path), 'utf8');
      assert.equal(XMLValidator.validate(found), true, path);
      return found;
    };
    const gateway = await text('sip_profiles/external/carrier.xml');
    assert.match(gateway, /proxy" value="192\.0\.2\.10:5060;transport=tls"/);
    assert.match(gateway, /<variable name="rtp_secure_media" value="mandatory" direction="outbound"\/>/);
    assert.doesNotMatch(await text('sip_profiles/external/other.xml'), /tls|secure/);
    const profile = await text('sip_profiles/internal.xml');
    assert.match(profile, /tls-sip-port" value="5061"[^]*tls-cert-dir" value="\/etc\/tls"/);
    const dialplan = await text('dialplan/answerback.xml');
    assert.match(
      dialplan,
      /answerback_trunk=carrier[^/]*\/>\s*<action application="set" data="rtp_secure_media=mandatory"/,
    );
    assert.equal(dialplan.match(/rtp_secure_media/g)?.length, 1);
    assert.doesNotMatch(read('sip_profiles/internal.xml'), /tls/);
    await assert.rejects(renderFreeSwitch(source, target, { ...values, trunks }), RenderError);
  });

  it('has a gateway, an address that may come in, and a name for each trunk, and phones by their numbers', () => {
    assert.match(read('sip_profiles/external/carrier.xml'), /<gateway name="carrier">/);
    assert.match(read('sip_profiles/external/other.xml'), /proxy" value="192\.0\.2\.11:5080"/);
    assert.match(read('autoload_configs/acl.conf.xml'), /cidr="192\.0\.2\.10\/32"/);
    assert.match(
      read('dialplan/answerback.xml'),
      /expression="\^192\\\.0\\\.2\\\.10\$"[^]*answerback_trunk=carrier/,
    );
    assert.match(
      read('directory/default.xml'),
      /<user id="\+12025550140">[^]*answerback_number" value="\+12025550140"/,
    );
    assert.match(
      read('autoload_configs/event_socket.conf.xml'),
      /value="a &quot;word&quot; &lt;of&gt; &amp; signs"/,
    );
  });

  it('keeps what has passwords from everybody else, and phones in one domain', async () => {
    for (const path of files.keys()) assert.equal((await stat(join(folder, path))).mode & 0o777, 0o600, path);
    for (const name of ['force-register-domain', 'force-register-db-domain', 'force-subscription-domain'])
      assert.match(read('sip_profiles/internal.xml'), new RegExp(`"${name}" value="example.org"`));
  });

  it('without a shared folder records on the switch’s own disk, and brings files by its own module', async () => {
    const apart = join(folder, 'apart');
    await renderFreeSwitch(source, apart, {
      ...values,
      folder: '/var/lib/freeswitch/answerback',
      http: true,
    });
    const text = await readFile(join(apart, 'dialplan/answerback.xml'), 'utf8');
    assert.match(text, /data="\/var\/lib\/freeswitch\/answerback\/\$\{answerback_name\}\.wav 180 200 10"/);
    assert.match(await readFile(join(apart, 'autoload_configs/modules.conf.xml'), 'utf8'), /mod_http_cache/);
    const cache = await readFile(join(apart, 'autoload_configs/http_cache.conf.xml'), 'utf8');
    assert.match(cache, /location" value="\/var\/lib\/freeswitch\/answerback\/cache"/);
  });

  it('with a placeholder that is none is refused, with file and line', async () => {
    const broken = join(folder, 'broken');
    const { mkdir, writeFile } = await import('node:fs/promises');
    await mkdir(broken);
    await writeFile(join(broken, 'one.xml'), '<a>\n  <b value="@NO_SUCH@"/>\n</a>\n');
    await assert.rejects(renderFreeSwitch(broken, join(folder, 'out'), values), (error) => {
      assert.ok(error instanceof RenderError);
      assert.match(error.message, /^one\.xml:2: no such placeholder as @NO_SUCH@/);
      return true;
    });
  });
});
