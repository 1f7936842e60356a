import { tiffPages } from '../../core/message/tiff-pages.ts';
import { Fault } from '../../core/errors.ts';
import type { FaxReceived, FaxRule, FaxSent, FaxTrouble, SendFaxRule } from '../../ports/fax.ts';
import { faxPages } from './codec.ts';
import { readOutcome, troubleOf, type FaxOutcome } from './fax-outcome.ts';
import { asFault } from './leg.ts';
import type { Leg } from './leg.ts';
import type { Sounds } from './sounds.ts';
import type { Takes } from './takes.ts';
import { after } from '../parts/timer.ts';
import type { Query } from './wire/client.ts';
import { AriDown, AriError } from './wire/errors.ts';
import type { Channel } from './wire/resources.ts';

/** How faxes ended, as the dialplan keeps it. */
export interface FaxNotes {
  /** `undefined` if there is none. @throws AriDown, AriTimeout, AriError if the switch cannot say */
  read(tag: string): Promise<string | undefined>;
  /** It is not needed any more. Never rejects. */
  forget(tag: string): Promise<void>;
}

export interface FaxDeps {
  readonly notes: FaxNotes;
  readonly takes: Takes;
  readonly sounds: Pick<Sounds, 'lay'>;
}

/** The dialplan's context that sends and receives. */
const faxContext = 'fax';

/** Where a channel is while it is written down how its fax ended, which on a busy machine takes its time. */
const writingContexts = ['fax-over', 'field'];

/** Whether the dialplan has the channel for a fax: until the note of its end is there. */
export function isFaxing({ dialplan }: Channel): boolean {
  return dialplan !== undefined && [faxContext, ...writingContexts].includes(dialplan.context);
}

/** Lets the dialplan receive; the outcome is what it has written down when the channel has ended. */
export async function receiveFax(leg: Leg, rule: FaxRule, deps: FaxDeps): Promise<FaxReceived> {
  needsFolder(deps.takes);
  leg.tags.add(rule.tag);
  const over = await run(leg, 'receive', rule, {});
  if (over === 'not-begun') {
    leg.tags.delete(rule.tag);
    return { kind: 'gone' };
  }
  // Whoever has the channel now takes in what lies there.
  if (over === 'detached') return { kind: 'gone' };
  return judgeReceived(leg, rule.tag, over, deps);
}

export async function sendFax(
  leg: Leg,
  document: Uint8Array,
  rule: SendFaxRule,
  deps: FaxDeps,
): Promise<FaxSent> {
  needsFolder(deps.takes);
  if (leg.gone.aborted) return { kind: 'gone' };
  if ((tiffPages(document, 1)?.whole ?? 0) === 0) {
    // The switch would find out after both machines have agreed on everything.
    await hangUp(leg);
    await leg.ended();
    return { kind: 'failed', why: 'document', pages: 0, detail: 'no TIFF', facts: undefined };
  }
  const laid = await deps.sounds.lay(`fax-${rule.tag.replace(/[^\w-]/g, '_')}.tif`, document);
  try {
    const over = await run(leg, 'send', rule, { AB_FAX_FILE: laid.path, AB_FAX_HEADER: rule.header });
    if (over === 'not-begun' || over === 'detached') return { kind: 'gone' };
    return judgeSent(await readOver(rule.tag, deps.notes), over === 'late');
  } finally {
    await laid.remove();
  }
}

/** What was written down of a fax that another process sent. */
export async function sentBefore(
  tag: string,
  notes: FaxNotes,
  get: (uri: string, query?: Query) => Promise<unknown>,
): Promise<FaxSent | 'under-way' | undefined> {
  const outcome = await readOver(tag, notes);
  if (outcome !== undefined) return judgeSent(outcome, false);
  const channels = ((await get('channels')) as readonly Channel[]).filter(isFaxing);
  for (const { id } of channels) {
    const answer = await get(`channels/${id}/variable`, { variable: 'AB_FAX' }).catch((error: unknown) => {
      if (error instanceof AriError) return undefined;
      throw error;
    });
    if ((answer as { readonly value?: string } | undefined)?.value === tag) return 'under-way';
  }
  // It may have ended just between the two questions.
  const late = await readOver(tag, notes);
  return late && judgeSent(late, false);
}

function needsFolder(takes: Takes): void {
  if (takes.shared) return;
  throw new Fault(
    'media-failed',
    'asterisk.spool is not set: faxes need a folder that the switch and this host see',
    { temporary: false },
  );
}

/** Within this time of its begin some sound comes from every line that works, in milliseconds. */
const silentMs = 30_000;

/** The switch ends a fax by itself so much later than this process would. */
const graceSeconds = 20;

/** T.30's own time-outs count by the sound that comes: where none comes at all, they never end. */
async function endSilent(leg: Leg): Promise<void> {
  const statistics = await leg.find(`channels/${leg.id}/rtp_statistics`).catch(() => undefined);
  if ((statistics as { readonly rxcount?: number } | undefined)?.rxcount !== 0) return;
  leg.log.info('a fax is ended: not one packet of sound has come');
  await hangUp(leg);
}

/** Also over a loss of the connection. */
async function hangUp(leg: Leg): Promise<void> {
  try {
    await leg.command({ method: 'DELETE', uri: `channels/${leg.id}` });
  } catch (error) {
    leg.log.warn('a fax could not be ended', { error: String(error) });
  }
}

type Over = 'ended' | 'late' | 'detached' | 'not-begun';

/** Hands the channel to the dialplan and waits for its end. */
async function run(
  leg: Leg,
  extension: 'receive' | 'send',
  rule: FaxRule,
  more: Readonly<Record<string, string>>,
): Promise<Over> {
  const variables = {
    AB_FAX: rule.tag,
    AB_FAX_STATION: rule.station,
    AB_FAX_SECONDS: String(Math.ceil(rule.maxSeconds) + graceSeconds),
    ...more,
  };
  // Without it the application hears no more of the channel.
  if (!(await done(leg, () => leg.subscribe()))) return 'not-begun';
  const set = Object.entries(variables).map(([variable, value]) =>
    done(leg, () => leg.ask('POST', `channels/${leg.id}/variable`, { variable, value })),
  );
  if (!(await Promise.all(set)).every(Boolean)) return 'not-begun';
  leg.inDialplan = true;
  if (!(await enter(leg, extension))) return leg.end === 'detached' ? 'detached' : 'not-begun';
  let late = false;
  const cancel = after(rule.maxSeconds * 1000, () => {
    late = true;
    void hangUp(leg);
  });
  const cancelSilent = after(silentMs, () => void endSilent(leg));
  await leg.ended();
  cancel();
  cancelSilent();
  if (leg.end === 'detached') return 'detached';
  return late ? 'late' : 'ended';
}

/** Something that may be done again; false if the leg is gone. */
async function done(leg: Leg, act: () => Promise<unknown>): Promise<boolean> {
  for (;;) {
    if (leg.gone.aborted) return false;
    try {
      await act();
      return true;
    } catch (error) {
      if (leg.gone.aborted) return false;
      // 422: there is no such channel to be subscribed to.
      if (error instanceof AriError && (error.channelGone || error.status === 422)) {
        leg.finish('ended');
        return false;
      }
      if (!(error instanceof AriDown)) throw asFault(error);
      await leg.ready();
    }
  }
}

/** One that was let in already, of which the loss of a connection kept the answer, is not ours to let in again. */
async function enter(leg: Leg, extension: string): Promise<boolean> {
  let tried = false;
  return done(leg, async () => {
    if (tried) {
      const channel = (await leg.find(`channels/${leg.id}`)) as Channel | undefined;
      if (channel !== undefined && isFaxing(channel)) return;
    }
    tried = true;
    await leg.ask('POST', `channels/${leg.id}/continue`, { context: faxContext, extension, priority: 1 });
  });
}

async function judgeReceived(
  leg: Leg,
  tag: string,
  over: Over,
  { takes, notes }: FaxDeps,
): Promise<FaxReceived> {
  const outcome = await readOver(tag, notes).catch((error: unknown) => {
    leg.log.warn('how a fax ended is not known', { error: String(error) });
    return undefined;
  });
  void notes.forget(tag);
  const found = { tag, codec: faxPages };
  const extent = await takes.extent(found);
  const take = takes.take(found, extent?.bytes ?? 0, () => leg.tags.delete(tag));
  const pages = extent === undefined ? 0 : (tiffPages(await take.bytes())?.whole ?? 0);
  const why: FaxTrouble = over === 'late' ? 'time' : troubleOf(outcome);
  if (pages === 0) {
    await take.discard().catch((error: unknown) => {
      leg.log.warn('an empty fax could not be removed', { error: String(error) });
    });
    return { kind: 'failed', why, detail: outcome?.text ?? '' };
  }
  const fax = { take, pages, facts: outcome?.facts };
  // Without a word of the switch the pages that are there are believed to be all.
  if (outcome?.success !== false && over !== 'late') return { kind: 'received', fax };
  return { kind: 'partly', fax, why };
}

function judgeSent(outcome: FaxOutcome | undefined, late: boolean): FaxSent {
  const pages = outcome?.pages ?? 0;
  const facts = outcome?.facts;
  if (outcome?.success === true && pages > 0) return { kind: 'sent', pages, facts };
  const why = late ? 'time' : troubleOf(outcome);
  return { kind: 'failed', why, pages, detail: outcome?.text ?? '', facts };
}

async function readOver(tag: string, notes: FaxNotes): Promise<FaxOutcome | undefined> {
  try {
    const written = await notes.read(tag);
    return written === undefined ? undefined : readOutcome(written);
  } catch (error) {
    throw asFault(error);
  }
}
