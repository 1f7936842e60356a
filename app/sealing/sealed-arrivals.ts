import type { MailboxId } from '../core/ids.ts';
import { isTemporary } from '../core/errors.ts';
import type { Arrival, ArrivalStore } from '../ports/arrivals.ts';
import { openBlob, sealBlob } from './blob.ts';
import type { Sealer } from './sealer.ts';

/** What has come belongs to no mailbox yet: it has a key of its own, which is never erased. */
const owner = '*arrivals' as MailboxId;
const prefix = 'b1.';

/**
 * Texts that are no messages yet, with their words sealed. The same words are sealed to the same text, since repeats of parts are
 * known by theirs; what a part says is bound to its text and number.
 */
export function sealedArrivals(arrivals: ArrivalStore, sealer: Sealer): ArrivalStore {
  const { keyring, keys, log } = sealer;
  const seal = async (about: string, body: string): Promise<string> => {
    if (keyring === undefined || body === '') return body;
    const blob = await sealBlob(await keyring.sealing(owner), about, Buffer.from(body));
    return prefix + Buffer.from(blob).toString('base64url');
  };
  /** Nothing of what cannot be opened for good: the rest of the text goes on. */
  const open = async (about: string, body: string): Promise<string> => {
    const bytes = body.startsWith(prefix) ? Buffer.from(body.slice(prefix.length), 'base64url') : undefined;
    if (bytes === undefined) return body;
    try {
      const opened = await openBlob(keys, about, bytes);
      // What only begins so was never sealed.
      return opened === bytes ? body : Buffer.from(opened).toString('utf8');
    } catch (error) {
      if (isTemporary(error)) throw error;
      log.error('a text that has come cannot be read', { error });
      return '';
    }
  };
  const openArrival = async (arrival: Arrival): Promise<Arrival> => {
    const { key, text, parts } = arrival;
    const bodies = await Promise.all(
      [...(parts?.bodies ?? [])].map(
        async ([number, body]) => [number, await open(aboutPart(key, number), body)] as const,
      ),
    );
    return {
      ...arrival,
      text: { ...text, body: await open(aboutText(key), text.body) },
      ...(parts === undefined ? {} : { parts: { ...parts, bodies: new Map(bodies) } }),
    };
  };
  return {
    async addPart(part, fresh) {
      const body = await seal(aboutPart(part.key, part.number), part.body);
      const result = await arrivals.addPart({ ...part, body }, fresh);
      return result.kind === 'repeat' ? result : { ...result, arrival: await openArrival(result.arrival) };
    },
    async keep(key, text, fresh) {
      return arrivals.keep(key, { ...text, body: await seal(aboutText(key), text.body) }, fresh);
    },
    async takeDue(now, leaseMs) {
      const arrival = await arrivals.takeDue(now, leaseMs);
      return arrival && openArrival(arrival);
    },
    done: (key, id, expires) => arrivals.done(key, id, expires),
    putOff: (key, id, due) => arrivals.putOff(key, id, due),
    nextDue: () => arrivals.nextDue(),
    begin: (key, fresh) => arrivals.begin(key, fresh),
    end: (key, id) => arrivals.end(key, id),
  };
}

function aboutText(key: string): string {
  return `arrival/${key}`;
}

function aboutPart(key: string, number: number): string {
  return `arrival/${key}/${number}`;
}
