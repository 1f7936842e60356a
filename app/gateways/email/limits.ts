/** How much is taken at once, so that mail cannot use up the memory of the process that answers calls. */
export interface Limits {
  /** Most bytes of one mail. */
  readonly sizeBytes: number;
  /** Connections from one address at once; absent: as many as from all. */
  readonly maxClientsPerAddress?: number | undefined;
  /** Mails from one address in a minute; absent: any number. */
  readonly mailsPerMinute?: number | undefined;
}

/** Mails of full size that are held at once; more are asked to come again. */
const mostWhole = 4;
const minuteMs = 60_000;

/** Bytes of mails that are coming in or being stored. */
export class Budget {
  readonly #most: number;
  #held = 0;

  constructor({ sizeBytes }: Pick<Limits, 'sizeBytes'>) {
    this.#most = sizeBytes * mostWhole;
  }

  /** Whether there is room for one that says it is so long; the usual one says nothing. */
  hasRoom(bytes: number): boolean {
    return this.#held + bytes <= this.#most;
  }

  take(bytes: number): boolean {
    if (!this.hasRoom(bytes)) return false;
    this.#held += bytes;
    return true;
  }

  free(bytes: number): void {
    this.#held -= bytes;
  }
}

/** Connections and mails by the client's address. */
export class Clients {
  readonly #limits: Limits;
  readonly #connected = new Map<string, number>();
  readonly #mails = new Map<string, { readonly since: number; count: number }>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  connect(address: string): boolean {
    const now = (this.#connected.get(address) ?? 0) + 1;
    if (now > (this.#limits.maxClientsPerAddress ?? Infinity)) return false;
    this.#connected.set(address, now);
    return true;
  }

  leave(address: string): void {
    const left = (this.#connected.get(address) ?? 0) - 1;
    if (left > 0) this.#connected.set(address, left);
    else this.#connected.delete(address);
  }

  /** Whether one more mail may come in this minute. */
  mail(address: string, nowMs: number): boolean {
    const most = this.#limits.mailsPerMinute;
    if (most === undefined) return true;
    for (const [one, { since }] of this.#mails) if (nowMs - since >= minuteMs) this.#mails.delete(one);
    const seen = this.#mails.get(address) ?? { since: nowMs, count: 0 };
    this.#mails.set(address, seen);
    seen.count += 1;
    return seen.count <= most;
  }
}
