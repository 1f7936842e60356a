import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tiffPages } from '../../core/message/tiff-pages.ts';
import type { FaxFacts } from '../../core/message/message.ts';
import type { FaxReceived, FaxRule, FaxSent, FaxTrouble, SendFaxRule } from '../../ports/fax.ts';
import { readPlain, writePlain } from '../parts/plain-file.ts';
import { after } from '../parts/timer.ts';
import type { Carrier } from './carrier.ts';
import { faxMark, type Leg } from './leg.ts';
import { makeShared } from './shared.ts';
import type { Takes } from './takes.ts';
import type { EslEvent } from './wire/event.ts';

/** For the switch's group. */
const mode = 0o640;

/** Of faxes that were sent: the channel while they go on, then how they ended; kept where a crash of this process leaves them. */
export interface FaxNotes {
  write(tag: string, note: FaxNote): Promise<void>;
  read(tag: string): Promise<FaxNote | undefined>;
  forget(tag: string): Promise<void>;
}

export type FaxNote =
  | { readonly state: 'under-way'; readonly channel: string }
  | { readonly state: 'over'; readonly sent: FaxSent };

export async function openFaxNotes(directory: string): Promise<FaxNotes> {
  await makeShared(directory);
  const path = (tag: string): string => join(directory, `${tag.replace(/[^\w.~+-]/g, '_')}.json`);
  return {
    async write(tag, note) {
      await writePlain(path(tag), JSON.stringify(note), mode);
    },
    async read(tag) {
      try {
        return JSON.parse(String(await readPlain(path(tag)))) as FaxNote;
      } catch {
        return undefined;
      }
    },
    forget: (tag) => rm(path(tag), { force: true }),
  };
}

/** Tells of a calling machine's tone, while something is played or recorded. */
export async function watchForFax(leg: Leg, heard: () => void): Promise<void> {
  leg.heardFax = heard;
  await leg.line.execute('spandsp_start_fax_detect', `set '${faxMark}' 60`);
}

/** A fax on a voice caller does not end by itself for long: it is ended when its time is over, and what came is kept. */
async function run(
  leg: Leg,
  application: 'rxfax' | 'txfax',
  file: string,
  rule: FaxRule,
): Promise<EslEvent | 'gone'> {
  for (const [name, value] of Object.entries({
    fax_enable_t38: 'true',
    fax_enable_t38_request: 'true',
    fax_ident: rule.station.slice(0, 20),
  }))
    leg.line.set(name, value);
  const cancel = after(rule.maxSeconds * 1000, () => leg.line.breakOff());
  try {
    return await leg.line.execute(application, file);
  } finally {
    cancel();
    leg.line.hangup('NORMAL_CLEARING');
    await leg.goneWithin(5000);
  }
}

export async function receiveFax(leg: Leg, rule: FaxRule, takes: Takes): Promise<FaxReceived> {
  if (leg.gone.aborted) return { kind: 'gone' };
  leg.tags.add(rule.tag);
  const end = await run(leg, 'rxfax', takes.nextFax(rule.tag), rule);
  // Whoever has the channel now takes in what lies there.
  if (leg.end === 'detached') return { kind: 'gone' };
  const discarded = (): void => leg.tags.delete(rule.tag);
  await takes.bring(rule.tag).catch((error: unknown) => {
    leg.log.error('a fax stays at the switch for now', { error: String(error) });
  });
  const file = await readPlain(takes.faxFile(rule.tag)).catch(() => undefined);
  const pages = file === undefined ? 0 : (tiffPages(file, 1000)?.whole ?? 0);
  const outcome = end === 'gone' ? undefined : outcomeOf(end);
  if (pages === 0) {
    discarded();
    return { kind: 'failed', why: outcome?.why ?? 'hung-up', detail: outcome?.detail ?? 'the call was lost' };
  }
  const fax = { take: takes.faxTake(rule.tag, discarded), pages, facts: outcome?.facts };
  return outcome?.success === true
    ? { kind: 'received', fax }
    : { kind: 'partly', fax, why: outcome?.why ?? 'hung-up' };
}

export interface SendFaxDeps {
  readonly notes: FaxNotes;
  /** Folder that the switch sees, or gets files from. */
  readonly directory: string;
  readonly carrier: Carrier;
}

export async function sendFax(
  leg: Leg,
  document: Uint8Array,
  rule: SendFaxRule,
  { notes, directory, carrier }: SendFaxDeps,
): Promise<FaxSent> {
  if (leg.gone.aborted) return { kind: 'gone' };
  if ((tiffPages(document, 1)?.whole ?? 0) === 0) {
    leg.line.hangup('NORMAL_CLEARING');
    await leg.ended();
    return { kind: 'failed', why: 'document', pages: 0, detail: 'no TIFF', facts: undefined };
  }
  const file = join(directory, `fax-${rule.tag.replace(/[^\w-]/g, '_')}.tif`);
  await writePlain(file, document, mode);
  try {
    await notes.write(rule.tag, { state: 'under-way', channel: leg.id });
    leg.line.set('fax_header', rule.header.replace(/[^\x20-\x7e]/g, ' ').slice(0, 50));
    const end = await run(leg, 'txfax', await carrier.offer(file), rule);
    if (leg.end === 'detached') return { kind: 'gone' };
    const sent = sentOf(end === 'gone' ? undefined : outcomeOf(end));
    await notes.write(rule.tag, { state: 'over', sent });
    return sent;
  } finally {
    await rm(file, { force: true });
  }
}

function sentOf(outcome: Outcome | undefined): FaxSent {
  if (outcome === undefined)
    return { kind: 'failed', why: 'hung-up', pages: 0, detail: 'the call was lost', facts: undefined };
  const { success, pages, facts, why, detail } = outcome;
  return success ? { kind: 'sent', pages, facts } : { kind: 'failed', why, pages, detail, facts };
}

interface Outcome {
  readonly success: boolean;
  readonly pages: number;
  readonly facts: FaxFacts | undefined;
  readonly why: FaxTrouble;
  /** The switch's own words. */
  readonly detail: string;
}

function outcomeOf(event: EslEvent): Outcome | undefined {
  const success = event.variable('fax_success');
  if (success === undefined) return undefined;
  const station = event.variable('fax_remote_station_id');
  const rate = Number(event.variable('fax_transfer_rate'));
  const t38 = event.variable('fax_t38_status') === 'negotiated';
  const code = Number(event.variable('fax_result_code'));
  return {
    success: success === '1',
    pages: Number(event.variable('fax_document_transferred_pages') ?? 0),
    facts:
      rate > 0 && success === '1'
        ? { ...(station === undefined ? {} : { station }), rate, mode: t38 ? 't38' : 'audio' }
        : undefined,
    why: troubleOf(code),
    detail: event.variable('fax_result_text') ?? '',
  };
}

/** Codes of T.30 as spandsp counts them (t30.h); 49 was seen where the far side hung up. */
function troubleOf(code: number): FaxTrouble {
  if (code === 49) return 'hung-up';
  if (code >= 2 && code <= 5) return 'no-fax';
  return code > 0 ? 'transmission' : 'unknown';
}
