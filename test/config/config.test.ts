import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, watchClasses } from '../../app/config.ts';
import { isFault } from '../../app/core/errors.ts';
import { configPage } from '../../scripts/config-page.ts';

describe('The configuration', () => {
  let folder: string;
  let count = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'answerback-config-'));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  async function yaml(text: string): Promise<string> {
    const file = join(folder, `${(count += 1)}.yaml`);
    await writeFile(file, text);
    return file;
  }

  /** What the start says of this file. */
  async function complaint(text: string, env: Record<string, string> = {}): Promise<string> {
    const file = await yaml(text);
    try {
      loadConfig(file, env);
    } catch (error) {
      assert.ok(isFault(error, 'config-invalid'));
      return error.message;
    }
    return assert.fail('the file was taken');
  }

  it('says what an archive of its kind lacks, and keeps its keys and its password apart', async () => {
    const env = { AWS_ACCESS_KEY_ID: 'who', AWS_SECRET_ACCESS_KEY: 'Kep' };
    assert.match(
      await complaint('archive: { kind: directory }'),
      /archive\.directory: found nothing, allowed: a directory/,
    );
    assert.match(
      await complaint('archive: { kind: store }'),
      /archive\.url: .* or ARCHIVE_MONGODB_URL in the environment/,
    );
    assert.match(await complaint('archive: { kind: s3 }', env), /archive\.bucket: found nothing/);
    assert.match(
      await complaint('archive: { kind: s3, bucket: voicemail }'),
      /AWS_SECRET_ACCESS_KEY in the environment/,
    );
    assert.match(await complaint('archive: { kind: tape }'), /archive\.kind: found "tape"/);
    const { config, secrets } = loadConfig(await yaml('archive: { kind: s3, bucket: voicemail }'), env);
    assert.deepEqual(secrets.s3, { accessKeyId: 'who', secretAccessKey: 'Kep' });
    assert.ok(!JSON.stringify(config).includes('Kep'));
    const other = loadConfig(await yaml('archive: { kind: store }'), {
      ARCHIVE_MONGODB_URL: 'mongodb://a:b@c',
    });
    assert.equal(other.config.archive?.url, 'mongodb://a:b@c');
  });

  it('keeps the pepper of PINs apart, and takes an empty one for none', () => {
    const { config, secrets } = loadConfig(undefined, { ANSWERBACK_PIN_PEPPER: 'Kampot' });
    assert.equal(secrets.pinPepper, 'Kampot');
    assert.ok(!JSON.stringify(config).includes('Kampot'));
    assert.equal(loadConfig(undefined, { ANSWERBACK_PIN_PEPPER: '' }).secrets.pinPepper, undefined);
  });

  it('works without a file', () => {
    const { config } = loadConfig(undefined, {});
    assert.equal(config.numbers.access[0], '+12025550199');
    assert.equal(config.classes['standard']?.maxMessageSeconds, 180);
  });

  it('an empty file and an empty section mean the defaults', async () => {
    assert.deepEqual(loadConfig(await yaml(''), {}), loadConfig(undefined, {}));
    assert.equal(
      loadConfig(await yaml('classes:\n  standard: {}\n  gold: {}\n'), {}).config.classes['gold']?.welcome,
      true,
    );
  });

  const wrong: readonly [title: string, text: string, says: RegExp, env?: Record<string, string>][] = [
    ['a key that does not exist', 'web:\n  prot: 80\n', /web\.prot: no such key; did you mean `port`\?/],
    [
      'a key that does not exist, in a list and a class',
      'trunks: [{ name: trunk, trustd: true }]\nclasses: { standard: { Welcome: true, mailboxes: 1 } }\n',
      /standard\.Welcome: .*`welcome`\?\n.*mailboxes: no such key\n.*trunks\[0\]\.trustd: no such key; did you mean `trusted`\?$/,
    ],
    [
      'the root of all objects',
      '__proto__: { polluted: 1 }\nweb: { __proto__: { port: 1 } }\n',
      /web\.__proto__: no such key/,
    ],
    [
      'two nodes of one name',
      'sync: { key: k, certificate: c, nodes: [{ name: away, certificate: a }, { name: away, certificate: b }] }\n',
      /sync\.nodes\[1\]\.name: found "away"/,
    ],
    [
      'two trunks of one name',
      'trunks: [{ name: trunk }, { name: trunk, trusted: true }]\n',
      /trunks\[1\]\.name: found "trunk"/,
    ],
    ['what contains itself', 'numbers: &a { country: *a }\n', /numbers\.country: found what contains itself/],
    [
      'a very long value',
      `log: { level: ${'x'.repeat(100_000)} }\n`,
      /^.{0,400}log\.level: found "x{199}…, allowed/s,
    ],
    [
      'a very long value of signs that addresses have',
      `log: { level: "//${':'.repeat(1_000_000)}" }\n`,
      /log\.level/,
    ],
    [
      'very many keys that there are not',
      `web: { ${Array.from({ length: 2000 }, (_, i) => `k${i}: 1`).join(', ')} }\n`,
      /k1999: no such key/,
    ],
    [
      'aliases of aliases that are a billion',
      `a: &a [x, x]\n${'abcdefghijklmnopqrstuvwxyz'
        .split('')
        .map((one, i, all) => (i === 0 ? '' : `${one}: &${one} [*${all[i - 1]}, *${all[i - 1]}]\n`))
        .join('')}`,
      /is not YAML: Excessive alias count/,
    ],
    ['brackets without end', '['.repeat(200_000), /is not YAML/],
    ['two documents', 'web: {}\n---\nweb: {}\n', /is not YAML: .*multiple documents/],
    ['the same key twice', 'web: {}\nweb: {}\n', /is not YAML: Map keys must be unique/],
    ['a value of the wrong kind', 'web:\n  port: eighty\n', /web\.port: found "eighty", allowed: .*number/],
    ['a port out of range', 'web:\n  port: 70000\n', /web\.port: found 70000, allowed: .*65535/],
    [
      'a toll rule that contradicts another',
      'classes:\n  standard:\n    toll:\n      rules: [{ allow: true, prefix: "+44" }, { allow: false, prefix: "+44" }]\n',
      /classes\.standard\.toll\.rules\[1\]: found "contradicts"/,
    ],
    [
      'an operator whom the toll rules of the class do not allow to call',
      'classes:\n  standard:\n    operator: "+33142685300"\n',
      /classes\.standard\.operator: found "\+33142685300", allowed: .*toll rules/,
    ],
    [
      'a notice to a number that costs more than others',
      'classes:\n  standard:\n    notify: [{ gateway: sip, to: "+19005551234" }]\n',
      /classes\.standard\.notify\[0\]\.to: found "\+19005551234", allowed: .*premium/,
    ],
    [
      'a number that is not E.164',
      'numbers:\n  access: ["0199"]\n',
      /numbers\.access\[0\]: found "0199", allowed: .*E\.164/,
    ],
    [
      'a range of a class that is not there',
      'numbers:\n  ranges: [{ prefix: "+1202555", class: gold }]\n',
      /numbers\.ranges\[0\]\.class: found "gold", allowed: one of standard/,
    ],
    [
      'a range with both a prefix and an end',
      'numbers:\n  ranges: [{ prefix: "+1202555", to: "+12025559999", class: standard }]\n',
      /numbers\.ranges\[0\]: .*either `prefix`, or `from` and `to`/,
    ],
    [
      'a trunk for calls out that is not there',
      'asterisk:\n  trunk: other\n',
      /asterisk\.trunk: found "other", allowed: one of trunk/,
    ],
    [
      'a time zone that is none',
      'classes:\n  standard: { timeZone: Mars/Base }\n',
      /classes\.standard\.timeZone: found "Mars\/Base", allowed: an IANA time zone/,
    ],
    [
      'Twilio without its section',
      'classes:\n  standard: { notify: [{ gateway: twilio }] }\n',
      /classes\.standard\.notify: found "twilio", allowed: a section `twilio`/,
    ],
    [
      'e-mail without a relay',
      'email: { domains: [voice.example] }\nclasses:\n  standard: { notify: [{ gateway: email }] }\n',
      /classes\.standard\.notify: found "email", allowed: a section `email` with a `relay`/,
    ],
    [
      'a mail to a number',
      'email: { domains: [voice.example], relay: { host: r.example } }\nclasses:\n  standard: { notify: [{ gateway: email, to: "+12025550100" }] }\n',
      /classes\.standard\.notify\[0\]\.to: found "\+12025550100", allowed: an e-mail address/,
    ],
    [
      'a text to an address',
      'classes:\n  standard: { notify: [{ gateway: sip, to: bob@home.example }] }\n',
      /classes\.standard\.notify\[0\]\.to: found "bob@home\.example", allowed: a number/,
    ],
    [
      'a mail relay without its password',
      'email: { domains: [voice.example], relay: { host: r.example, user: us } }\n',
      /email\.relay\.user: found "no password", allowed: EMAIL_RELAY_PASSWORD in the environment/,
    ],
    [
      'a provider without the address of the page and its secret',
      'web: { oidc: { issuer: "https://id.example", clientId: x } }\n',
      /web\.publicUrl: [\s\S]*web\.oidc: found "no secret", allowed: OIDC_CLIENT_SECRET/,
    ],
    [
      'a provider elsewhere without TLS',
      'web: { publicUrl: "https://page.example", oidc: { issuer: "http://id.example", clientId: x } }\n',
      /web\.oidc\.issuer: found "http:\/\/id\.example", allowed: https/,
    ],
    [
      'an address of the page with a path',
      'web: { publicUrl: "https://page.example/x" }\n',
      /web\.publicUrl: found "https:\/\/page\.example\/x"/,
    ],
    ['a proxy that is no address', 'web: { proxies: [localhost] }\n', /web\.proxies\[0\]: found "localhost"/],
    [
      'a network that is none',
      'email: { domains: [voice.example], listen: { clients: [10.0.0.0/40] } }\n',
      /email\.listen\.clients\[0\]: found "10\.0\.0\.0\/40", allowed: an address or network/,
    ],
    [
      'SMPP without its section',
      'classes:\n  standard: { notify: [{ gateway: smpp }] }\n',
      /classes\.standard\.notify: found "smpp", allowed: a section `smpp`/,
    ],
    [
      'SMPP without a password',
      'smpp: [{ name: my-smsc, host: smsc.example, systemId: us, from: "+12025550100" }]\n',
      /smpp\[0\]: found "no password", allowed: SMPP_PASSWORD_MY_SMSC in the environment/,
    ],
    [
      'SMPP with an authority and without TLS',
      'smpp: [{ name: a, host: smsc.example, systemId: us, from: "+12025550100", tlsCa: ca.pem }]\n',
      /smpp\[0\]\.tls: found false, allowed: true, since there is a `tlsCa`/,
    ],
    [
      'SMPP to numbers that are none',
      'smpp: [{ name: a, host: smsc.example, systemId: us, from: "+12025550100", prefixes: ["0049"] }]\n',
      /smpp\[0\]\.prefixes\[0\]: found "0049", allowed: a prefix with its plus/,
    ],
    [
      'Twilio without credentials',
      'twilio: { from: "+12025550100", publicUrl: "https://example.com" }\n',
      /TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN/,
    ],
    [
      'a manager interface without a password',
      'asterisk: { manager: { port: 5038 } }\n',
      /asterisk\.manager: found "no password", allowed: ASTERISK_AMI_PASSWORD/,
    ],
    ['a tool that is none', 'tools: { ffmpeg: [] }\n', /tools\.ffmpeg: found \[\]/],
    ['what is not YAML', 'a: [\n', /is not YAML/],
    [
      'an address of a store that is none',
      'store:\n  url: http://x\n',
      /store\.url: found "http:\/\/x", allowed: a mongodb/,
    ],
    ['an overriding address that is none', '', /MONGODB_URL|store\.url/, { MONGODB_URL: 'postgres://x' }],
  ];
  for (const [title, text, says, env] of wrong) {
    it(`stops the start for ${title}, with its path and what is allowed`, async () => {
      assert.match(await complaint(text, env), says);
    });
  }

  it('tells no password, and nothing is changed that all objects have', async () => {
    const url = 'mongo://answerback:s3cret@db.example/x';
    for (const text of [
      await complaint(`store: { url: '${url}' }`),
      await complaint('', { MONGODB_URL: url }),
    ]) {
      assert.match(text, /found "mongo:\/\/\[secret\]@db\.example/);
      assert.doesNotMatch(text, /s3cret/);
    }
    for (const odd of ['s3cret/s3cret', 's3cret@s3cret', '/s3cret:s3cret', 's3cret@'.repeat(30)])
      assert.doesNotMatch(await complaint(`store: { url: 'mongo://a:${odd}@db.example/x' }`), /s3cret/);
    await complaint(
      '__proto__: { polluted: 1 }\nclasses: { __proto__: { polluted: 1 }, x: { __proto__: { polluted: 1 } } }\n',
    );
    assert.equal('polluted' in {}, false);
  });

  it('a file that is larger than a configuration can be is not read', async () => {
    await assert.rejects(
      async () => loadConfig(await yaml(`# ${'x'.repeat(16_777_216)}\n`), {}),
      /larger than/,
    );
  });

  it('tells all wrong keys at once', async () => {
    const text = await complaint('web: { port: -1 }\nlog: { level: loud }\nnope: 1\n');
    assert.match(text, /web\.port/);
    assert.match(text, /log\.level/);
    assert.match(text, /nope: no such key/);
  });

  it('a file that is not there is named', () => {
    assert.throws(() => loadConfig(join(folder, 'none.yaml'), {}), /none\.yaml.*\n.*cannot be read/);
  });

  it('cannot be changed by those who get it', () => {
    const { config } = loadConfig(undefined, {});
    assert.throws(() => {
      (config.web as { port: number }).port = 1;
    }, TypeError);
  });

  it('S34: a changed class of service holds from then on; a wrong file leaves the old ones and is told once', async () => {
    const file = await yaml('classes: { standard: { maxMessageSeconds: 60 } }\n');
    const faults: unknown[] = [];
    const classes = watchClasses(file, loadConfig(file, {}).config.classes, (fault) => faults.push(fault), 0);
    const change = async (text: string, minute: number): Promise<void> => {
      await writeFile(file, text);
      await utimes(file, new Date(), new Date(Date.now() + minute * 60_000));
    };
    assert.equal(classes()['standard']?.maxMessageSeconds, 60);
    await change('classes: { standard: { maxMessageSeconds: 30 } }\n', 1);
    assert.equal(classes()['standard']?.maxMessageSeconds, 30);
    await change('classes: { standard: { maxMessageSeconds: none } }\n', 2);
    assert.equal(classes()['standard']?.maxMessageSeconds, 30);
    assert.equal(classes()['standard']?.maxMessageSeconds, 30);
    assert.equal(faults.length, 1);
  });

  it('every key is documented: docs/configuration.md is what the schema says', async () => {
    const page = configPage();
    assert.equal(await readFile('docs/configuration.md', 'utf8'), page, 'run npm run config:docs');
    const bare = page.split('\n').filter((line) => line.startsWith('| `') && line.endsWith('|  |'));
    assert.deepEqual(
      bare.filter((line) => !line.includes('.<name>`')),
      [],
      'keys without a description',
    );
  });
});
