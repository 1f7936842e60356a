/** Keys that a caller pressed and nobody has used yet. */
export class Keys {
  #kept = '';
  /** Called after each key; one listener at a time, since a call does one thing at a time. */
  listener: ((key: string) => void) | undefined;

  /** At most this many are kept: a caller leaning on a key fills no memory. */
  static readonly most = 64;

  press(key: string): void {
    if (this.#kept.length < Keys.most) this.#kept += key;
    this.listener?.(key);
  }

  get any(): boolean {
    return this.#kept !== '';
  }

  /** The oldest key. */
  shift(): string | undefined {
    const key = this.#kept[0];
    this.#kept = this.#kept.slice(1);
    return key;
  }

  /** The oldest key that is one of `wanted`, taken out; the others stay. */
  take(wanted: string): string | undefined {
    if (wanted === 'any') return this.shift();
    for (let i = 0; i < this.#kept.length; i++) {
      const key = this.#kept.charAt(i);
      if (!wanted.includes(key)) continue;
      this.#kept = this.#kept.slice(0, i) + this.#kept.slice(i + 1);
      return key;
    }
    return undefined;
  }

  clear(): void {
    this.#kept = '';
  }
}
