/** Message ids of texts that went out, to find by a receipt the text that it is about. */
import { otherForms, type IdForm } from './receipt.ts';

const mostKept = 20_000;
/** Who handed the text over has written its id down after so long, in milliseconds. */
export const settleMs = 2000;

export class SentIds {
  readonly #taken = new Map<string, number>();
  /** How ids in receipts are written, once that is known. */
  #form: IdForm = 'same';
  readonly #settleMs: number;

  constructor(wait = settleMs) {
    this.#settleMs = wait;
  }

  add(messageId: string): void {
    this.#taken.set(messageId, performance.now());
    const [oldest] = this.#taken.keys();
    if (this.#taken.size > mostKept && oldest !== undefined) this.#taken.delete(oldest);
  }

  /** The id as it was answered when the text was taken. Waits until that is written down: receipts can be very quick. */
  async find(reported: string): Promise<string> {
    const id = this.#match(reported);
    const since = id === undefined ? 0 : performance.now() - (this.#taken.get(id) ?? 0);
    if (since < this.#settleMs) await new Promise((resolve) => setTimeout(resolve, this.#settleMs - since));
    // From before this process began: written as the others are.
    return id ?? this.#match(reported) ?? this.#convert(reported);
  }

  #match(reported: string): string | undefined {
    if (this.#taken.has(reported)) return reported;
    const found = otherForms(reported).find(({ id }) => this.#taken.has(id));
    if (found !== undefined) this.#form = found.form;
    return found?.id;
  }

  #convert(reported: string): string {
    return otherForms(reported).find(({ form }) => form === this.#form)?.id ?? reported;
  }
}
