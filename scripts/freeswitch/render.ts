/** Fills in the placeholders of freeswitch/ and writes what FreeSWITCH reads. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { dirname, join, relative, resolve } from 'node:path';
import { wavOf } from '../../app/core/message/wav.ts';

export interface FreeSwitchValues {
  /** Event socket. */
  readonly eslHost: string;
  readonly eslPort: number;
  readonly eslPassword: string;
  /** Where calls are handed over: `host:port`; of several controllers the first that answers takes the call. */
  readonly controllers: readonly string[];
  /** Folder that controller and switch see by the same path; without one, that of the switch's own disk for recordings. */
  readonly folder: string;
  /** Whether files pass over HTTP. */
  readonly http: boolean;
  readonly domain: string;
  readonly sipHost: string;
  readonly sipPort: number;
  /** UDP ports of sound, for this switch alone. */
  readonly rtp: { readonly first: number; readonly last: number };
  readonly maxSessions: number;
  readonly sessionsPerSecond: number;
  /** Folder of built prompts, absolute. */
  readonly prompts: string;
  readonly language: string;
  /** Hand-overs tried, half a second apart, until a call is taken as one without a controller. */
  readonly tries: number;
  readonly maxSeconds: number;
  readonly maxSilence: number;
  readonly trunks: readonly FreeSwitchTrunk[];
  /** SIP over TLS: its port, and the folder with `agent.pem` (certificate, those above it, key) and `cafile.pem`. */
  readonly tls?: { readonly port: number; readonly folder: string } | undefined;
  readonly phones: readonly { readonly number: string; readonly password: string }[];
}

export interface FreeSwitchTrunk {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** SIP over TLS and SRTP, and nothing else. */
  readonly secure?: boolean;
}

/** A source file that cannot be rendered; the message begins with `file:line:`. */
export class RenderError extends Error {
  override readonly name = 'RenderError';
}

/** What the dialplan plays by itself. */
const fallbackPrompts = ['controller-away', 'goodbye'];

type Placeholders = Readonly<Record<string, string>>;

/**
 * Renders the folder `source` into `target`, which then holds nothing else.
 * @returns paths in the target folder
 * @throws RenderError for an unknown placeholder
 */
export async function renderFreeSwitch(
  source: string,
  target: string,
  values: FreeSwitchValues,
): Promise<string[]> {
  for (const { name, host } of values.trunks)
    if (isIP(host) === 0)
      throw new RenderError(`trunk ${name}: its host is to be an address: FreeSWITCH knows trunks by theirs`);
  const secure = values.trunks.find((trunk) => trunk.secure);
  if (secure !== undefined && values.tls === undefined)
    throw new RenderError(`trunk ${secure.name}: it is to be secure, and there is no TLS: --tls-folder`);
  const common = placeholdersOf(values, resolve(target, 'sounds'));
  await rm(target, { recursive: true, force: true });
  const written = await soundsIn(join(target, 'sounds'), values);
  for (const path of await filesBelow(source)) {
    const text = await readFile(join(source, path), 'utf8');
    for (const copy of copiesOf(path, values)) {
      const full = join(target, copy.path);
      await mkdir(dirname(full), { recursive: true });
      // event_socket.conf.xml and directory/ hold passwords.
      await writeFile(full, fill(text, path, { ...common, ...copy.own }), { mode: 0o600 });
      written.push(copy.path);
    }
  }
  return written;
}

/** What is said without a controller: prompts are built as bare µ-law, which the switch plays only with a header before it. */
async function soundsIn(folder: string, { prompts, language }: FreeSwitchValues): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  for (const name of fallbackPrompts) {
    const bytes = await readFile(join(prompts, language, `${name}.ulaw`)).catch((cause: unknown) => {
      throw new RenderError(`no prompt ${name} in ${prompts}/${language}: \`npm run prompts\` builds them`, {
        cause,
      });
    });
    await writeFile(join(folder, `${name}.wav`), wavOf('audio/PCMU', bytes) ?? bytes);
  }
  return fallbackPrompts.map((name) => join('sounds', `${name}.wav`));
}

/** A template makes one file for each trunk, any other file one. */
function copiesOf(path: string, { trunks }: FreeSwitchValues): { path: string; own: Placeholders }[] {
  if (!path.endsWith('.template')) return [{ path, own: {} }];
  return trunks.map(({ name, host, port, secure = false }) => ({
    path: join(dirname(path), `${name}.xml`),
    own: {
      TRUNK: escaped(name),
      TRUNK_HOST: escaped(host),
      TRUNK_PORT: String(port),
      TRUNK_URI_END: secure ? ';transport=tls' : '',
      TRUNK_SECURITY: secure ? trunkSecurity : '',
    },
  }));
}

function placeholdersOf(values: FreeSwitchValues, sounds: string): Placeholders {
  const { trunks, phones, controllers, tries } = values;
  const plain: Readonly<Record<string, string | number>> = {
    DOMAIN: values.domain,
    CACHE: `${values.folder}/cache`,
    ESL_ACL: isLoopback(values.eslHost) ? 'loopback.auto' : 'localnet.auto',
    ESL_HOST: values.eslHost,
    ESL_PASSWORD: values.eslPassword,
    ESL_PORT: values.eslPort,
    FOLDER: values.folder,
    RECORDINGS: values.http ? values.folder : `${values.folder}/recordings`,
    MAX_SECONDS: values.maxSeconds,
    MAX_SESSIONS: values.maxSessions,
    MAX_SILENCE: values.maxSilence,
    RTP_FIRST: values.rtp.first,
    RTP_LAST: values.rtp.last,
    SESSIONS_PER_SECOND: values.sessionsPerSecond,
    SOUNDS: sounds,
    SIP_HOST: values.sipHost,
    SIP_PORT: values.sipPort,
  };
  const socket = `      <action application="socket" data="${escaped(controllers.join('|'))} async full"/>`;
  const again = `${socket}\n      <action application="sleep" data="500"/>`;
  return {
    ...Object.fromEntries(Object.entries(plain).map(([name, value]) => [name, escaped(String(value))])),
    MORE_MODULES: values.http ? '    <load module="mod_http_cache"/>' : '',
    HANDOVERS: Array.from({ length: tries }, () => again).join('\n'),
    TRUNK_NODES: trunks.map(({ host }) => `      <node type="allow" ${addressOf(host)}/>`).join('\n'),
    TRUNK_CONDITIONS: trunks.map(trunkCondition).join('\n'),
    TLS_PARAMS: values.tls === undefined ? '' : tlsParams(values.tls),
    PHONE_USERS: phones.map(phoneUser).join('\n'),
  };
}

/** A call of a trunk is known by its address. */
function trunkCondition({ name, host, secure = false }: FreeSwitchTrunk): string {
  const pattern = `^${host.replaceAll(/[.[\]\\^$*+?(){}|]/g, String.raw`\$&`)}$`;
  return (
    `    <condition field="network_addr" expression="${escaped(pattern)}" break="never">\n` +
    `      <action application="set" data="answerback_trunk=${escaped(name)}" inline="true"/>\n` +
    (secure ? '      <action application="set" data="rtp_secure_media=mandatory" inline="true"/>\n' : '') +
    `    </condition>`
  );
}

/** Calls to it; those from it are told by the dialplan. */
const trunkSecurity = `  <variables>
    <variable name="rtp_secure_media" value="mandatory" direction="outbound"/>
  </variables>`;

function tlsParams({ port, folder }: NonNullable<FreeSwitchValues['tls']>): string {
  const params = {
    tls: 'true',
    'tls-only': 'false',
    'tls-bind-params': 'transport=tls',
    'tls-sip-port': String(port),
    'tls-cert-dir': folder,
    'tls-version': 'tlsv1.2',
    'tls-verify-date': 'true',
    // Whom we call must show a certificate that an authority in cafile.pem vouches for.
    'tls-verify-policy': 'out',
    'tls-verify-depth': '3',
  };
  return Object.entries(params)
    .map(([name, value]) => `    <param name="${name}" value="${escaped(value)}"/>`)
    .join('\n');
}

function phoneUser({ number, password }: FreeSwitchValues['phones'][number]): string {
  const param = `<params><param name="password" value="${escaped(password)}"/></params>`;
  const variable = `<variables><variable name="answerback_number" value="${escaped(number)}"/></variables>`;
  return `        <user id="${escaped(number)}">${param}${variable}</user>`;
}

function addressOf(host: string): string {
  return `cidr="${host}/${isIP(host) === 4 ? 32 : 128}"`;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** Text as the value of an XML attribute. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/[\r\n\t]/g, ' ');
}

function fill(text: string, path: string, placeholders: Placeholders): string {
  return text
    .split('\n')
    .map((line, index) =>
      line.replaceAll(/@([A-Z][A-Z0-9_]*)@/g, (whole, name: string) => {
        const value = placeholders[name];
        if (value !== undefined) return value;
        // The comment that explains them.
        if (name === 'NAME') return whole;
        throw new RenderError(
          `${path}:${index + 1}: no such placeholder as @${name}@; there are ${Object.keys(placeholders).sort().join(', ')}`,
        );
      }),
    )
    .join('\n');
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.xml(\.template)?$/.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
