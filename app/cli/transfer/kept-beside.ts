/** What a mailbox has besides its messages and its line in the table, as one file in its folder: both ways. */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord } from '../../core/directory/check.ts';
import { Fault } from '../../core/errors.ts';
import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import type { GreetingKind } from '../../core/profile/settings.ts';
import type { Credential } from '../../ports/credentials.ts';
import type { Store } from '../../ports/store.ts';
import { writeWhole } from '../output/whole-file.ts';

export const besideName = 'mailbox.json';
const format = 'answerback-mailbox-1';
export const greetingKinds = [
  'name',
  'unavailable',
  'busy',
  'temporary',
] as const satisfies readonly GreetingKind[];
/** Longest file, in octets: four greetings of some minutes, each a third longer than its sound. */
const longest = 64_000_000;

export interface KeptGreeting {
  readonly contentType: string;
  readonly durationMs: number;
  readonly until?: Date;
  readonly bytes: Uint8Array;
}

export type KeptPin = Pick<Credential, 'history' | 'mustChange'> & { readonly set: Date };

export interface KeptBeside {
  readonly textsStopped?: Date;
  readonly announcementOnly?: true;
  readonly greetings: Readonly<Partial<Record<GreetingKind, KeptGreeting>>>;
  /** Hashes, never a PIN; the newest first. */
  readonly pin?: KeptPin;
}

/**
 * @param pins hashes of PINs too
 * @returns greetings whose sound is gone, which are left out
 */
export async function writeBeside(
  store: Pick<Store, 'media' | 'credentials'>,
  mailbox: Mailbox,
  folder: string,
  pins: boolean,
): Promise<readonly GreetingKind[]> {
  const { greetings: own = {} } = mailbox.settings;
  const lost: GreetingKind[] = [];
  const greetings: Record<string, object> = {};
  for (const kind of greetingKinds) {
    const greeting = own[kind];
    if (greeting === undefined) continue;
    const { media, ...facts } = greeting;
    const found = await store.media.get(media);
    if (found === undefined) lost.push(kind);
    else greetings[kind] = { ...facts, content: Buffer.from(found.bytes).toString('base64') };
  }
  const credential = pins ? await store.credentials.get(mailbox.id) : undefined;
  const { history = [], mustChange, set } = credential ?? {};
  const kept = {
    ...(mailbox.textsStopped === undefined ? {} : { textsStopped: mailbox.textsStopped }),
    ...(own.announcementOnly === true ? { announcementOnly: true } : {}),
    ...(Object.keys(greetings).length === 0 ? {} : { greetings }),
    ...(history.length === 0 ? {} : { pin: { history, mustChange, set } }),
  };
  const file = join(folder, besideName);
  // What it had before may be over.
  if (Object.keys(kept).length === 0) await rm(file, { force: true });
  else {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const text = JSON.stringify({ format, number: mailbox.number, ...kept }, undefined, 2);
    await writeWhole(file, (write) => write(`${text}\n`));
  }
  return lost;
}

/** @throws Fault `invalid` where it is not what an export writes */
export async function readBeside(file: string): Promise<KeptBeside> {
  const bytes = await readFile(file);
  if (bytes.length > longest) throw invalid('it is too large');
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw invalid('it is no JSON');
  }
  if (!isRecord(value) || value['format'] !== format) throw invalid('it is not what an export writes');
  const { textsStopped, announcementOnly, greetings = {}, pin } = value;
  if (!isRecord(greetings)) throw invalid('greetings are none');
  return {
    ...(textsStopped === undefined ? {} : { textsStopped: timeOf(textsStopped, 'textsStopped') }),
    ...(announcementOnly === true ? { announcementOnly } : {}),
    greetings: Object.fromEntries(
      greetingKinds.flatMap((kind) => {
        const greeting = greetings[kind];
        return greeting === undefined ? [] : [[kind, greetingOf(greeting, kind)]];
      }),
    ),
    ...(pin === undefined ? {} : { pin: pinOf(pin) }),
  };
}

function greetingOf(value: unknown, kind: GreetingKind): KeptGreeting {
  if (!isRecord(value)) throw invalid(`greeting ${kind} is none`);
  const { contentType, durationMs, until, content } = value;
  const good =
    typeof contentType === 'string' &&
    /^audio\/[\w.+-]{1,40}$/i.test(contentType) &&
    typeof durationMs === 'number' &&
    durationMs >= 0 &&
    durationMs < 3_600_000 &&
    typeof content === 'string';
  if (!good) throw invalid(`greeting ${kind} is none`);
  const bytes = Buffer.from(content, 'base64');
  // Node reads over what is no base64.
  if (bytes.length === 0 || bytes.toString('base64') !== content)
    throw invalid(`greeting ${kind} is damaged`);
  return {
    contentType,
    durationMs,
    ...(until === undefined ? {} : { until: timeOf(until, `greeting ${kind}`) }),
    bytes,
  };
}

/** As app/secrets writes hashes. */
const hash = /^\$argon2id\$[\w=,$+/.-]{20,300}$/;

function pinOf(value: unknown): KeptPin {
  const history: unknown = isRecord(value) ? value['history'] : undefined;
  const good =
    Array.isArray(history) &&
    history.length > 0 &&
    history.length <= 100 &&
    history.every((one): one is string => typeof one === 'string' && hash.test(one));
  if (!isRecord(value) || !good) throw invalid('the hashes of PINs are none');
  return { history, mustChange: value['mustChange'] === true, set: timeOf(value['set'], 'pin') };
}

function timeOf(value: unknown, what: string): Date {
  const at = new Date(typeof value === 'string' ? value : Number.NaN);
  if (Number.isNaN(at.getTime())) throw invalid(`${what}: the time is none`);
  return at;
}

function invalid(why: string): Fault {
  return new Fault('invalid', why, { temporary: false });
}
