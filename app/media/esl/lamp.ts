import { Fault } from '../../core/errors.ts';
import { messageContexts } from '../../core/mailbox/lamp.ts';
import type { Lamp } from '../../ports/media.ts';
import { asFault } from './line.ts';
import type { EslConnection } from './wire/connection.ts';
import type { EslEvent } from './wire/event.ts';

/** Names of the classes of RFC 3842 as FreeSWITCH's headers have them. */
const headerOf: Readonly<Record<(typeof messageContexts)[number], string>> = {
  'voice-message': 'MWI-Voice-Message',
  'fax-message': 'MWI-Fax-Message',
  'text-message': 'MWI-Text-Message',
  'video-message': 'MWI-Video-Message',
  'multimedia-message': 'MWI-Multimedia-Message',
};

export interface LampDeps {
  readonly connection: () => EslConnection;
  readonly domain: string;
}

/** Message waiting lamps (RFC 3842). The switch keeps none: a phone that registers or subscribes is answered from here. */
export class Lamps {
  readonly #deps: LampDeps;
  /** By number. */
  readonly #lamps = new Map<string, Lamp>();

  constructor(deps: LampDeps) {
    this.#deps = deps;
  }

  async set(lamp: Lamp): Promise<void> {
    if (!/^\+?[0-9A-Za-z_.]{1,40}$/.test(lamp.mailbox))
      throw new Fault('invalid', 'a lamp needs a number', { temporary: false });
    this.#lamps.set(lamp.mailbox, lamp);
    await this.#tell(lamp, {});
  }

  /** Event MESSAGE_QUERY: without an answer a new subscriber gets no NOTIFY. */
  async asked(event: EslEvent): Promise<void> {
    const number = /^(?:sip:)?([^@]+)@/.exec(event.get('Message-Account') ?? '')?.[1];
    const lamp = number === undefined ? undefined : this.#lamps.get(number);
    if (lamp === undefined) return;
    const subscription = event.get('VM-sub-call-id');
    const registration = event.get('VM-Call-ID');
    await this.#tell(lamp, {
      ...(subscription === undefined ? {} : { 'Sub-Call-ID': subscription }),
      ...(registration === undefined ? {} : { 'Call-ID': registration }),
    });
  }

  async #tell({ mailbox, classes }: Lamp, more: Readonly<Record<string, string>>): Promise<void> {
    const lines = messageContexts.flatMap((context) => {
      const counts = classes[context];
      // The urgent among the old are not counted anywhere.
      return counts === undefined
        ? []
        : [[headerOf[context], `${counts.new}/${counts.old} (${counts.urgent}/0)`] as const];
    });
    const waiting = Object.values(classes).some((counts) => counts.new > 0);
    try {
      await this.#deps.connection().command('sendevent MESSAGE_WAITING', {
        'MWI-Messages-Waiting': waiting ? 'yes' : 'no',
        'MWI-Message-Account': `sip:${mailbox}@${this.#deps.domain}`,
        ...Object.fromEntries(lines),
        ...more,
      });
    } catch (error) {
      throw asFault(error);
    }
  }
}
