import { Fault } from '../../core/errors.ts';
import { messageContexts, type LampClasses } from '../../core/mailbox/lamp.ts';
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
  /** What the lamp of a number shows now; `undefined` = not served here. @throws Fault of the store */
  readonly lampOf: (number: string) => Promise<LampClasses | undefined>;
}

/** Message waiting lamps (RFC 3842). The switch keeps none: a phone that registers or subscribes is answered from here. */
export class Lamps {
  readonly #deps: LampDeps;

  constructor(deps: LampDeps) {
    this.#deps = deps;
  }

  async set(lamp: Lamp): Promise<void> {
    if (!/^\+?[0-9A-Za-z_.]{1,40}$/.test(lamp.mailbox))
      throw new Fault('invalid', 'a lamp needs a number', { temporary: false });
    await this.#tell(lamp, {});
  }

  /** Event MESSAGE_QUERY: without an answer a new subscriber gets no NOTIFY, whether anything waits or not. */
  async asked(event: EslEvent): Promise<void> {
    const number = /^(?:sip:)?(\+?[0-9A-Za-z_.]{1,40})@/.exec(event.get('Message-Account') ?? '')?.[1];
    const classes = number === undefined ? undefined : await this.#deps.lampOf(number);
    if (number === undefined || classes === undefined) return;
    const lamp = { mailbox: number, classes };
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
