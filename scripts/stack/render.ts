/** Fills in the placeholders of dialplans/ and writes what Asterisk reads. Line n of a rendered file is line n of its source. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Line } from '../../app/config/line.ts';
import { lineFiles } from './lines.ts';

export interface Trunk {
  /** Lower-case letters, digits, - and _. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** SIP over TLS and SRTP alone; default: UDP and RTP. Needs `tls` of the values. */
  readonly secure?: boolean;
  /** In place of SIP. */
  readonly line?: Line | undefined;
}

/** Of SIP over TLS: PEM files. */
export interface SipTls {
  readonly port: number;
  readonly key: string;
  readonly cert: string;
  /** Authorities that the far sides' certificates may be from. */
  readonly ca: string;
}

export interface Phone {
  /** SIP user and endpoint name; no number, see dialplans/pjsip.conf. */
  readonly name: string;
  readonly password: string;
  /** The subscriber's number, E.164 with its plus; calls from the phone are from it. */
  readonly number: string;
  /** As of a trunk. */
  readonly secure?: boolean;
}

export interface DialplanValues {
  /** Folder of the running Asterisk, absolute. */
  readonly directory: string;
  /** Its folder for sockets; short, since a socket's path may not be long. */
  readonly run: string;
  /** Its folder of recordings is `<spool>/recording`. */
  readonly spool: string;
  /** Folder of its modules. */
  readonly modules: string;
  /** Folder of its documentation and sounds. */
  readonly data: string;
  /** Stasis application. */
  readonly app: string;
  readonly ariUser: string;
  readonly ariPassword: string;
  readonly ariPort: number;
  /** `yes` or `no`. */
  readonly amiEnabled: string;
  readonly amiUser: string;
  readonly amiPassword: string;
  readonly amiPort: number;
  readonly sipHost: string;
  readonly sipPort: number;
  /** Absent: no SIP over TLS. */
  readonly tls?: SipTls | undefined;
  /** Folder of built prompts, absolute. */
  readonly prompts: string;
  readonly language: string;
  /** Access number, E.164 with its plus. */
  readonly access: string;
  /** Hand-overs tried, half a second apart, until a call is taken as one without a controller. */
  readonly tries: number;
  readonly maxSeconds: number;
  readonly maxSilence: number;
  /** Most open files. */
  readonly maxFiles: number;
  readonly trunks: readonly Trunk[];
  readonly phones: readonly Phone[];
  /** Text added at the end of a rendered file, by its name as `modules.conf`; a file of its own if there is none. */
  readonly extra: Readonly<Record<string, string>>;
}

export interface RenderedFile {
  /** Path in the target folder. */
  readonly path: string;
  /** Path in dialplans/; absent for a file that has no source there. */
  readonly source: string | undefined;
}

/** A source file that cannot be rendered; the message begins with `file:line:`. */
export class RenderError extends Error {
  override readonly name = 'RenderError';
}

/** Asterisk wants to find these though there is nothing to set in them. */
const blank: Readonly<Record<string, string>> = {
  'acl.conf': '',
  'ccss.conf': '',
  'chan_websocket.conf': '',
  'features.conf': '',
  'minivm.conf': '[general]\n',
  'pjproject.conf': '',
  'pjsip_notify.conf': '',
  'websocket_client.conf': '',
};

type Placeholders = Readonly<Record<string, string | number>>;

/**
 * Renders the folder `source` into `target`, which then holds nothing else.
 * @throws RenderError for an unknown placeholder or a value that would break out of its line.
 */
export async function renderDialplans(
  source: string,
  target: string,
  values: DialplanValues,
): Promise<RenderedFile[]> {
  const common = commonPlaceholders(values);
  const files: { path: string; source: string | undefined; text: string }[] = [];
  for (const path of await filesBelow(source)) {
    const text = await readFile(join(source, path), 'utf8');
    for (const one of copiesOf(path, values)) {
      files.push({ path: one.path, source: path, text: fill(text, path, { ...common, ...one.own }) });
    }
  }
  for (const [path, text] of Object.entries(blank)) {
    if (!files.some((file) => file.path === path)) files.push({ path, source: undefined, text });
  }
  for (const [path, text] of Object.entries(lineFiles(values.trunks) ?? {}))
    files.push({ path, source: undefined, text });
  for (const [path, text] of Object.entries(extrasOf(values))) {
    const file = files.find((known) => known.path === path);
    if (file) file.text += `\n${text}\n`;
    else files.push({ path, source: undefined, text: `${text}\n` });
  }
  await write(target, files);
  return files.map((file) => ({ path: file.path, source: file.source }));
}

/**
 * What the trunks of a configuration are for Asterisk, by the path in its folder: endpoints over SIP, and lines.
 * @throws RenderError as `renderDialplans`
 */
export async function renderTrunks(
  source: string,
  trunks: readonly Trunk[],
): Promise<Readonly<Record<string, string>>> {
  const template = await readFile(join(source, trunkTemplate), 'utf8');
  const overSip = trunkCopies(trunks).map(
    ({ path, own }) => [path, fill(template, trunkTemplate, own)] as const,
  );
  return { ...Object.fromEntries(overSip), ...lineFiles(trunks) };
}

const trunkTemplate = 'pjsip.d/trunk.conf.template';

function trunkCopies(trunks: readonly Trunk[]): { path: string; own: Placeholders }[] {
  return trunks
    .filter(({ line }) => line === undefined)
    .map((trunk) => ({
      path: `pjsip.d/trunk-${trunk.name}.conf`,
      own: {
        TRUNK: trunk.name,
        TRUNK_HOST: trunk.host,
        TRUNK_PORT: trunk.port,
        TRUNK_URI_END: trunk.secure ? '\\;transport=tls' : '',
        ...linkOf(trunk),
      },
    }));
}

/** Channels of the telephone network are loaded only where there are lines. */
function extrasOf({ extra, trunks }: DialplanValues): DialplanValues['extra'] {
  if (trunks.every(({ line }) => line === undefined)) return extra;
  const modules = ['load = chan_dahdi.so', extra['modules.conf'] ?? ''].join('\n');
  return { ...extra, 'modules.conf': modules };
}

/** A template makes one file for each trunk or phone, any other file one. */
function copiesOf(path: string, values: DialplanValues): { path: string; own: Placeholders }[] {
  if (path === trunkTemplate) return trunkCopies(values.trunks);
  if (path === 'pjsip.d/phone.conf.template') {
    return values.phones.map((phone) => ({
      path: `pjsip.d/phone-${phone.name}.conf`,
      own: {
        PHONE: phone.name,
        PHONE_NUMBER: phone.number,
        PHONE_MAILBOX: phone.number.replace(/\D/g, ''),
        PHONE_PASSWORD: phone.password,
        ...linkOf(phone),
      },
    }));
  }
  if (path === 'pjsip.d/transport-tls.conf.template') {
    if (values.tls === undefined) return [];
    const { port, key, cert, ca } = values.tls;
    return [
      {
        path: 'pjsip.d/transport-tls.conf',
        own: { TLS_PORT: port, TLS_KEY: key, TLS_CERT: cert, TLS_CA: ca },
      },
    ];
  }
  return [{ path, own: {} }];
}

/** What a trunk or phone speaks. */
function linkOf({ secure = false }: { readonly secure?: boolean }): Placeholders {
  return { TRANSPORT: secure ? 'transport-tls' : 'transport-udp', MEDIA_ENCRYPTION: secure ? 'sdes' : 'no' };
}

function commonPlaceholders(values: DialplanValues): Placeholders {
  return {
    ACCESS: values.access,
    AMI_ENABLED: values.amiEnabled,
    AMI_PASSWORD: values.amiPassword,
    AMI_PORT: values.amiPort,
    AMI_USER: values.amiUser,
    APP: values.app,
    ARI_PASSWORD: values.ariPassword,
    ARI_PORT: values.ariPort,
    ARI_USER: values.ariUser,
    DATA: values.data,
    DIRECTORY: values.directory,
    LANGUAGE: values.language,
    MAX_FILES: values.maxFiles,
    MAX_SECONDS: values.maxSeconds,
    MAX_SILENCE: values.maxSilence,
    MODULES: values.modules,
    PROMPTS: values.prompts,
    RUN: values.run,
    SIP_HOST: values.sipHost,
    SIP_PORT: values.sipPort,
    SPOOL: values.spool,
    TRIES: values.tries,
  };
}

function fill(text: string, path: string, placeholders: Placeholders): string {
  const lines = text.split('\n').map((line, index) =>
    line.replace(/@([A-Z][A-Z0-9_]*)@|@@/g, (whole, name: string | undefined) => {
      if (name === undefined) return '@';
      // In a comment @NAME@ is only spoken of.
      if (line.trimStart().startsWith(';') && placeholders[name] === undefined) return whole;
      return valueOf(name, `${path}:${index + 1}`, placeholders);
    }),
  );
  return lines.join('\n');
}

function valueOf(name: string, where: string, placeholders: Placeholders): string {
  const value = placeholders[name];
  if (value === undefined) {
    throw new RenderError(
      `${where}: no such placeholder as @${name}@; there are ${Object.keys(placeholders).sort().join(', ')}`,
    );
  }
  const text = String(value);
  if (/[\r\n]|(?<!\\);/.test(text))
    throw new RenderError(`${where}: @${name}@ would be ${JSON.stringify(text)}, which breaks its line`);
  return text;
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.conf(\.template)?$/.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

async function write(target: string, files: readonly { path: string; text: string }[]): Promise<void> {
  await rm(target, { recursive: true, force: true });
  for (const file of files) {
    const full = join(target, file.path);
    await mkdir(dirname(full), { recursive: true });
    // ari.conf and pjsip.d/ hold passwords.
    await writeFile(full, file.text, { mode: 0o600 });
  }
}
