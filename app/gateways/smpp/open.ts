/** Texts over SMPP 3.4: out by submit_sm with receipts, in by deliver_sm, over one or several binds. */
import { Fault } from '../../core/errors.ts';
import type { OutgoingText, TextGateway, TextReport } from '../../ports/gateway.ts';
import type { Log } from '../../ports/log.ts';
import { Bind, defaultTimes, type BindSlice, type Times } from './bind.ts';
import { encodeText, segmentsOf } from './encode.ts';
import { Inbound, type InboundDeps } from './inbound.ts';
import type { Journal } from './repeats.ts';
import { fitOf, routesTo, smscOf } from './routes.ts';
import { SentIds } from './sent.ts';
import { unavailable } from './statuses.ts';
import { submitFields } from './submit-fields.ts';

/** Longest time for one try of one text, in milliseconds: within the lease that its sender holds. */
const sendMs = 20_000;
/** So long parts of a text wait for the bind that the others went out by, in milliseconds. */
const partsWaitMs = 120_000;
/** Texts whose fate is remembered. */
const mostKept = 10_000;

export interface SmppDeps {
  readonly log: Log;
  /** Takes a text; resolved = safe: the SMSC is answered only then. The same id can come again. */
  readonly onText: InboundDeps['onText'];
  /** Takes the fate of a text; repeats and unknown ids are no errors. */
  readonly onReport: (report: TextReport) => Promise<void>;
  /** Takes a part of a longer text; resolved = safe: the SMSC is answered only then. */
  readonly onPart: InboundDeps['onPart'];
  /** Knows texts that an earlier process took and did not answer. */
  readonly journal?: Journal;
  readonly times?: Partial<Times>;
  /** How long receipts wait until who sent the text has written its id down, in milliseconds. */
  readonly settleMs?: number;
}

export interface SmppGateway extends TextGateway, AsyncDisposable {
  /** Names of the binds that texts can go out on now. */
  readonly bound: readonly string[];
}

/** One text that is or was going out; parts that the SMSC took are not handed over again. */
interface Sending {
  readonly bind: Bind;
  readonly reference: number;
  /** Message id by part, the empty string where the SMSC gave none. */
  readonly taken: Map<number, string>;
  /** How many parts it has, once that is known. */
  total?: number;
  /** By `performance.now()`. */
  readonly begun: number;
}

/** Connects in the background; texts are refused for the time being until a bind is there. */
export function openSmppGateway(slices: readonly BindSlice[], deps: SmppDeps): SmppGateway {
  /** By SMSC. */
  const sent = new Map<string, SentIds>();
  const inbound = new Inbound({
    log: deps.log,
    onText: deps.onText,
    onPart: deps.onPart,
    journal: deps.journal,
    async onReceipt(bind, { messageId, status, error }) {
      if (status === undefined) return;
      const id = (await sent.get(bind.smsc)?.find(messageId)) ?? messageId;
      await deps.onReport({
        gateway: 'smpp',
        providerId: providerId(bind, id),
        status,
        ...(error === undefined ? {} : { error }),
      });
    },
  });
  const times = { ...defaultTimes, ...deps.times };
  const binds = slices.map(
    (slice) =>
      new Bind(slice, {
        log: deps.log,
        smsc: smscOf(slice, slices),
        times,
        onRequest: (request, wire, bind) => inbound.take(request, wire, bind),
      }),
  );
  for (const { smsc } of binds) sent.set(smsc, sent.get(smsc) ?? new SentIds(deps.settleMs));
  const sendings = new Map<string, Sending>();
  let references = 0;

  const begin = (text: OutgoingText): Sending => {
    const before = sendings.get(text.id);
    // One that went out in part goes on where it was: phones put together what comes from one number.
    if (before !== undefined && (before.bind.bound || mayGoOn(before))) return before;
    const bind = choose(text.to, binds);
    references = (references + 1) % 256;
    const sending: Sending = { bind, reference: references, taken: new Map(), begun: performance.now() };
    sendings.delete(text.id);
    sendings.set(text.id, sending);
    const [oldest] = sendings.keys();
    if (sendings.size > mostKept && oldest !== undefined) sendings.delete(oldest);
    return sending;
  };

  return {
    name: 'smpp',
    get bound() {
      return binds.filter((bind) => bind.bound).map((bind) => bind.slice.name);
    },
    async send(text) {
      if (!/^\+[1-9]\d{4,14}$/.test(text.to))
        throw new Fault('gateway-refused', 'an SMSC is given numbers in E.164 alone', { temporary: false });
      const sending = begin(text);
      const { last, segments } = await handOver(text, sending, sent.get(sending.bind.smsc));
      return { segments, ...(last === '' ? {} : { providerId: providerId(sending.bind, last) }) };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(binds.map((bind) => bind[Symbol.asyncDispose]()));
    },
  };
}

/** The least busy of the best that are up. */
function choose(to: string, binds: readonly Bind[]): Bind {
  const routes = routesTo(to, binds);
  if (routes.length === 0) throw unavailable('no bind serves this number');
  const up = routes.filter((bind) => bind.bound);
  const best = up.filter(({ slice }) => fitOf(to, slice.prefixes) === fitOf(to, up[0]?.slice.prefixes ?? []));
  const [bind] = best.toSorted((a, b) => a.load - b.load);
  if (bind === undefined) throw unavailable('no connection to an SMSC');
  return bind;
}

/** Parts are out, and the bind may come back; after a while the whole text takes another. */
function mayGoOn({ taken, total, begun }: Sending): boolean {
  if (taken.size === total) return true;
  return taken.size > 0 && performance.now() - begun < partsWaitMs;
}

/** Hands over the parts that the SMSC does not have; answers the message id of the last, and how many go over the air. */
async function handOver(text: OutgoingText, sending: Sending, sent: SentIds | undefined) {
  const { bind, reference, taken } = sending;
  const deadline = performance.now() + sendMs;
  const messages = encodeText(text.body, bind.slice, reference);
  sending.total = messages.length;
  for (const [i, message] of messages.entries()) {
    if (taken.has(i)) continue;
    const last = i === messages.length - 1;
    const note = (messageId: string | undefined): void => {
      taken.set(i, messageId ?? '');
      if (last && messageId !== undefined) sent?.add(messageId);
    };
    const fields = { ...submitFields(text, bind.slice, last), ...message };
    note(await bind.submit(fields, Math.max(1, deadline - performance.now()), note));
  }
  return { last: taken.get(messages.length - 1) ?? '', segments: segmentsOf(text.body, messages) };
}

/** Message ids of several SMSCs may be the same. */
function providerId(bind: Bind, messageId: string): string {
  return `${bind.smsc}:${messageId}`;
}
