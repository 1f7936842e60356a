/** Whose phones come to this switch: an address that was not there, or did not answer, and now is or does. */
import type { Log } from '../../ports/log.ts';
import type { Registration } from '../../ports/media.ts';
import type { Phones } from './phones.ts';
import type { ContactStatusChange, Endpoint } from './wire/resources.ts';

export interface RegistrationsDeps {
  readonly phones: Pick<Phones, 'isRegistered' | 'numberOf' | 'read' | 'refresh'>;
  readonly get: (uri: string) => Promise<unknown>;
  readonly onRegistered: (registration: Registration) => void;
  readonly log: Log;
}

/** Addresses that are remembered; of one that is forgotten its next news counts as its coming. */
const mostKnown = 200_000;
const there: ReadonlySet<string> = new Set(['NonQualified', 'Reachable']);
const gone: ReadonlySet<string> = new Set(['Removed', 'Unreachable']);

export class Registrations {
  readonly #deps: RegistrationsDeps;
  readonly #known = new Set<string>();

  constructor(deps: RegistrationsDeps) {
    this.#deps = deps;
  }

  /** What the switch tells of an address. */
  changed({ endpoint, contact_info: contact }: ContactStatusChange): void {
    const key = `${endpoint.resource} ${contact.uri}`;
    if (gone.has(contact.contact_status)) this.#known.delete(key);
    if (!there.has(contact.contact_status) || this.#known.has(key)) return;
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.add(key);
    const { phones, log } = this.#deps;
    // The subscription may be an earlier controller's: it may come before the phones are known.
    const read = phones.read ? Promise.resolve() : phones.refresh();
    read
      .then(() => this.#tell(endpoint, true))
      .catch((error: unknown) => log.warn('it is not known who has registered', { error: String(error) }));
  }

  /** Those that are registered when the connection is made: nobody told of what came before. */
  async connected(): Promise<void> {
    for (const endpoint of (await this.#deps.get('endpoints/PJSIP')) as readonly Endpoint[])
      if (endpoint.state === 'online') this.#tell(endpoint, false);
  }

  /** Only of a phone whose number the switch vouches for: a label could call anybody here. */
  #tell({ resource }: Endpoint, fresh: boolean): void {
    const { phones, onRegistered, log } = this.#deps;
    const number = phones.isRegistered(resource) ? phones.numberOf(resource) : undefined;
    if (number !== undefined) onRegistered({ number, fresh });
    else log.debug('a phone that nobody vouches for has registered', { endpoint: resource });
  }
}
