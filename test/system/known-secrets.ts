/** What must not be seen in what a controller writes, and where it stands nevertheless. */
export class KnownSecrets {
  readonly #known = new Map<string, string>();

  /** @param what as a report names it. Numbers are looked for without their country code, however they are written. */
  add(what: string, ...values: readonly string[]): void {
    for (const value of values) {
      const national = /^\+1\d{10}$/.test(value) ? value.slice(2) : value;
      if (national.length < 4) throw new Error(`${what}: too short to be looked for`);
      this.#known.set(national.toLowerCase(), what);
    }
  }

  get size(): number {
    return this.#known.size;
  }

  /** Each kind of secret that stands in a text, with some of what is around it. */
  foundIn(where: string, text: string): string[] {
    const plain = text.toLowerCase();
    // A number may be written with blanks, dots or dashes between its digits.
    const joined = plain.replace(/(?<=\d)[ .()-]{1,2}(?=\d)/g, '');
    return [...this.#known].flatMap(([value, what]) => {
      const within = plain.includes(value) ? plain : /^\d+$/.test(value) ? joined : '';
      const at = within.indexOf(value);
      return at < 0 ? [] : [`${what} in ${where}: …${within.slice(Math.max(0, at - 120), at + 160)}…`];
    });
  }
}
