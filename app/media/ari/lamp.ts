import { Fault } from '../../core/errors.ts';
import { messageContexts, type LampClasses } from '../../core/mailbox/lamp.ts';
import type { MailboxCounts } from '../../core/mailbox/mailbox.ts';
import type { Log } from '../../ports/log.ts';
import type { Lamp } from '../../ports/media.ts';
import { asFault } from './leg.ts';
import type { Link } from './leg.ts';
import type { Phones } from './phones.ts';
import { AriError } from './wire/errors.ts';
import { ManagerError, type ManagerClient, type ManagerField } from './wire/manager.ts';

export interface LampDeps {
  readonly link: Link;
  readonly phones: Pick<Phones, 'namesOf' | 'numberOf'>;
  /** Without one phones are told of voice messages alone. */
  readonly manager: ManagerClient | undefined;
  readonly log: Log;
}

/** How often it is looked whether the switch has told of voice, and for how long, in milliseconds. */
const lookMs = 50;
const mostLooks = 40;
/** So long after the switch's own notice the one of all classes follows it, in milliseconds. */
const followMs = 60;
/** And once more so long after that: the own notice of a switch that is busy or just starting comes later than foreseen. */
const againMs = 1000;
/** After a wrong password it is not tried again for so long, in milliseconds. */
const refusedMs = 60_000;

/**
 * Message waiting lamps (RFC 3842). What Asterisk keeps and tells by itself, on subscription and registration too, is voice
 * without the urgent: set by MinivmMWI through a Local channel (contexts `mwi` and `sink` of the dialplan, mailboxes without
 * their plus). Where there is more to tell, the mailbox's own phones get a second notice with all classes after it.
 */
export class LampSetter {
  readonly #deps: LampDeps;
  /** By number without plus: lamps that show more than Asterisk knows. */
  readonly #full = new Map<string, Lamp>();
  #refusedUntil = 0;

  constructor(deps: LampDeps) {
    this.#deps = deps;
  }

  /** @throws Fault `invalid` for a mailbox that is no number; `media-unavailable` (temporary) without the switch */
  async set(lamp: Lamp): Promise<void> {
    if (!/^\+?[0-9A-Za-z_.]{1,40}$/.test(lamp.mailbox))
      throw new Fault('invalid', 'a lamp needs a number', { temporary: false });
    const { link, manager } = this.#deps;
    const isFull = manager !== undefined && !isVoiceAlone(lamp.classes);
    const key = plain(lamp.mailbox);
    if (isFull) this.#full.set(key, lamp);
    else this.#full.delete(key);
    try {
      const id = link.newId('lamp');
      await this.#setVoice(id, key, bounded(lamp.classes['voice-message']));
      if (!isFull) return;
      await this.#over(id);
      await this.#tell(lamp, await this.#deps.phones.namesOf(lamp.mailbox));
    } catch (error) {
      throw asFault(error);
    }
  }

  /** A phone has registered (again): Asterisk tells it of voice by itself, and of all it is told here after that. */
  async registered(endpoint: string): Promise<void> {
    const number = this.#deps.phones.numberOf(endpoint);
    const lamp = number === undefined ? undefined : this.#full.get(plain(number));
    if (lamp === undefined) return;
    await pause(followMs);
    await this.#tell(lamp, [endpoint]);
  }

  /** Tells phones of all classes, now and once more, unless another lamp was set meanwhile. */
  async #tell(lamp: Lamp, endpoints: readonly string[]): Promise<void> {
    const tell = async (): Promise<void> => {
      if (this.#full.get(plain(lamp.mailbox)) !== lamp) return;
      for (const endpoint of endpoints) await this.#notify(endpoint, lamp);
    };
    await tell();
    const again = (): void =>
      void tell().catch((error: unknown) => this.#deps.log.debug('a phone was not told again', { error }));
    setTimeout(again, againMs).unref();
  }

  /** Nobody is told of anything any more. */
  close(): void {
    this.#full.clear();
  }

  async #setVoice(id: string, mailbox: string, { new: fresh, old }: MailboxCounts): Promise<void> {
    await this.#deps.link.request('POST', 'channels', {
      channelId: id,
      // The last field is MinivmMWI's urgent count, which it adds to the new ones.
      endpoint: `Local/${mailbox}-${fresh}-${old}-0@mwi/n`,
      context: 'sink',
      extension: 's',
      priority: 1,
    });
  }

  /** Waits until the channel that sets it has gone, and the notice with it. */
  async #over(id: string): Promise<void> {
    for (let look = 0; look < mostLooks; look++) {
      await pause(lookMs);
      const gone = await this.#deps.link.request('GET', `channels/${id}`).then(
        () => false,
        (error: unknown) => {
          if (error instanceof AriError && error.status === 404) return true;
          throw error;
        },
      );
      if (gone) break;
    }
    await pause(followMs);
  }

  async #notify(endpoint: string, lamp: Lamp): Promise<void> {
    const { manager, log } = this.#deps;
    if (manager === undefined || performance.now() < this.#refusedUntil) return;
    try {
      await manager.action('PJSIPNotify', [['Endpoint', endpoint], ...notice(lamp.classes)]);
    } catch (error) {
      if (!(error instanceof ManagerError)) throw error;
      if (error.refused) this.#refusedUntil = performance.now() + refusedMs;
      log.warn('a phone was not told of all classes of messages', { endpoint, error: String(error) });
    }
  }
}

/** Whether Asterisk's own notice says it all. */
function isVoiceAlone(classes: LampClasses): boolean {
  return Object.entries(classes).every(
    ([context, counts]) => context === 'voice-message' && counts.urgent === 0,
  );
}

/** A whole message summary (RFC 3842, section 5.2). */
function notice(classes: LampClasses): readonly ManagerField[] {
  const present = messageContexts.flatMap((context) => {
    const counts = classes[context];
    return counts === undefined ? [] : [{ context, ...bounded(counts) }];
  });
  const waiting = present.some((counts) => counts.new > 0);
  const lines = present.map(
    ({ context, new: fresh, old, urgent }) => `${header(context)}: ${fresh}/${old} (${urgent}/0)`,
  );
  return [
    ['Variable', 'Event=message-summary'],
    ['Variable', 'Subscription-State=terminated'],
    ['Variable', 'Content-Type=application/simple-message-summary'],
    ...[`Messages-Waiting: ${waiting ? 'yes' : 'no'}`, ...lines, ''].map((line): ManagerField => [
      'Variable',
      `Content=${line}`,
    ]),
  ];
}

/** `Voice-Message` of `voice-message`. */
function header(context: string): string {
  return context.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

function bounded(counts: MailboxCounts | undefined): MailboxCounts {
  const most = (n: number | undefined, limit = 99_999) => Math.min(limit, Math.max(0, Math.trunc(n ?? 0)));
  const fresh = most(counts?.new);
  return { new: fresh, old: most(counts?.old), urgent: most(counts?.urgent, fresh) };
}

function plain(number: string): string {
  return number.replace('+', '');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
