/** compose.yaml: what it names exists, and its containers agree on passwords and ports. No test has Docker. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { parse } from 'yaml';
import { loadConfig } from '../../app/config.ts';
import { renderArguments, renderFromConfig } from '../../scripts/freeswitch/from-config.ts';

interface Service {
  readonly profiles?: readonly string[];
  readonly image?: string;
  readonly build?: string | { readonly context: string; readonly dockerfile: string };
  readonly network_mode?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly read_only?: boolean;
  readonly depends_on?: Readonly<Record<string, unknown>>;
}

describe('compose.yaml', () => {
  let services: Readonly<Record<string, Service>>;
  let volumes: readonly string[];

  before(async () => {
    const file = parse(await readFile('compose.yaml', 'utf8'), { merge: true }) as {
      services: Readonly<Record<string, Service>>;
      volumes: Readonly<Record<string, unknown>>;
    };
    services = file.services;
    volumes = Object.keys(file.volumes);
  });

  const service = (name: string): Service => services[name] ?? assert.fail(`no service ${name}`);

  it('starts either switch by its profile, and nothing of the other', () => {
    const of = (profile: string) =>
      Object.keys(services).filter((name) => services[name]?.profiles?.includes(profile) ?? true);
    assert.deepEqual(of('asterisk'), ['store', 'answerback']);
    assert.deepEqual(of('freeswitch'), [
      'store',
      'freeswitch-configuration',
      'freeswitch',
      'drachtio',
      'controller',
    ]);
    for (const { depends_on: others = {}, profiles } of Object.values(services))
      for (const other of Object.keys(others)) {
        const theirs = service(other).profiles;
        assert.ok(theirs === undefined || profiles?.every((profile) => theirs.includes(profile)), other);
      }
  });

  it('names images by a version, and files and volumes that are there', () => {
    for (const [name, { image, build, volumes: mounts = [], command = [] }] of Object.entries(services)) {
      assert.ok((image === undefined) !== (build === undefined), name);
      if (image !== undefined) assert.match(image, /^[a-z0-9./-]+:\d[\w.-]*$/, name);
      const folder = typeof build === 'string' ? build : build?.context;
      const dockerfile = typeof build === 'object' ? build.dockerfile : 'Dockerfile';
      if (folder !== undefined) assert.ok(existsSync(join(folder, dockerfile)), name);
      for (const mount of mounts) {
        const [from = ''] = mount.split(':');
        assert.ok(from.startsWith('./') ? existsSync(from) : volumes.includes(from), `${name}: ${mount}`);
      }
      const ours = command.filter((word) => /^(app|scripts|compose)\//.test(word));
      for (const path of ours) assert.ok(existsSync(path), `${name}: ${path}`);
    }
  });

  it('holds its containers in, and builds from what is named by a hash', async () => {
    for (const [name, { build, cap_drop: dropped, security_opt: options }] of Object.entries(services)) {
      if (name === 'store') continue;
      assert.deepEqual(options, ['no-new-privileges:true'], name);
      if (build !== undefined) assert.deepEqual(dropped, ['ALL'], name);
    }
    for (const name of ['answerback', 'controller']) assert.equal(service(name).read_only, true, name);
    const recipe = await readFile('compose/freeswitch.Dockerfile', 'utf8');
    assert.doesNotMatch(recipe, /git clone|curl |wget /);
    assert.equal([...recipe.matchAll(/^ {2}&& fetch \w+ [\w-]+ [0-9a-f]{40}\b/gm)].length, 3);
  });

  it('has a controller, a FreeSWITCH and a drachtio that find each other', async () => {
    const environment = service('controller').environment ?? {};
    assert.deepEqual(
      { ...environment, MONGODB_URL: undefined },
      { ...service('freeswitch-configuration').environment, MONGODB_URL: undefined },
    );
    const { config, secrets } = loadConfig('compose/freeswitch.yaml', environment);
    assert.equal(config.switch, 'freeswitch');
    const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '' });
    const edge = parser.parse(await readFile('compose/drachtio.conf.xml', 'utf8')) as {
      drachtio: {
        admin: { port: string; secret: string; '#text': string };
        sip: { contacts: { contact: string } };
      };
    };
    const { admin, sip } = edge.drachtio;
    assert.deepEqual(
      [admin['#text'], Number(admin.port), admin.secret],
      [config.sipEdge?.host, config.sipEdge?.port, secrets.drachtio],
    );
    const words = service('freeswitch-configuration').command ?? [];
    const script = words.indexOf('scripts/freeswitch-render.ts');
    const given = renderArguments(
      words.slice(script + 1).map((word) => word.replace(/^\$\{\w+:-(.*)\}$/, '$1')),
    );
    assert.ok(service('freeswitch').command?.includes(given.folder));
    const folder = await mkdtemp(join(tmpdir(), 'ab-compose-'));
    try {
      await renderFromConfig({ ...given, folder }, environment);
      const read = (path: string) => readFile(join(folder, path), 'utf8');
      const param = (text: string, name: string) => new RegExp(`"${name}" value="([^"]*)"`).exec(text)?.[1];
      const socket = await read('autoload_configs/event_socket.conf.xml');
      assert.equal(param(socket, 'listen-port'), String(config.freeswitch.port));
      assert.equal(param(socket, 'password'), secrets.freeswitchPassword);
      const { listen } = config.freeswitch;
      assert.match(
        await read('dialplan/answerback.xml'),
        new RegExp(`"${listen.host}:${listen.port} async full"`),
      );
      const sipPort = param(await read('sip_profiles/internal.xml'), 'sip-port') ?? '';
      assert.equal(config.sipEdge?.door?.nodes[0]?.uri, `sip:127.0.0.1:${sipPort}`);
      assert.ok(!sip.contacts.contact.includes(`:${sipPort};`), 'both on one port');
      // What it loads is what was built, and what it records on is a volume.
      const modules = [...(await read('autoload_configs/modules.conf.xml')).matchAll(/module="(\w+)"/g)];
      const built = await readFile('compose/freeswitch.Dockerfile', 'utf8');
      for (const [, name = ''] of modules) assert.match(built, new RegExp(`/${name}\\b`), name);
      assert.ok(service('freeswitch').volumes?.includes(`recordings:${config.freeswitch.http.folder}`));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
