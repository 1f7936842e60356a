/** Names of recordings that calls have in hand, known together: one is found at once, however many calls and recordings there are. */
export class TagsInHand {
  /** How many calls have it: one that is taken up again has what the old one has not let go of yet. */
  readonly #holders = new Map<string, number>();

  has(tag: string): boolean {
    return this.#holders.has(tag);
  }

  /** Those of one call more. */
  ofCall(): HeldTags {
    return new HeldTags((tag, change) => {
      const count = (this.#holders.get(tag) ?? 0) + change;
      if (count > 0) this.#holders.set(tag, count);
      else this.#holders.delete(tag);
    });
  }
}

/** Of one call. */
export class HeldTags {
  readonly #own = new Set<string>();
  readonly #count: (tag: string, change: 1 | -1) => void;

  constructor(count: (tag: string, change: 1 | -1) => void) {
    this.#count = count;
  }

  add(tag: string): void {
    if (this.#own.has(tag)) return;
    this.#own.add(tag);
    this.#count(tag, 1);
  }

  delete(tag: string): void {
    if (this.#own.delete(tag)) this.#count(tag, -1);
  }

  clear(): void {
    for (const tag of this.#own) this.#count(tag, -1);
    this.#own.clear();
  }
}
