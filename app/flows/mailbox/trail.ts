/**
 * The way through a folder. Messages leave it while they are gone through (a heard one is no longer new), so the way back
 * is the way that was come; each is remembered as it was found, for its place in the folder's order.
 */
import type { Message } from '../../core/message/message.ts';
import type { MessageFilter } from '../../ports/store.ts';
import type { FlowDeps } from '../flow.ts';

export class Trail {
  readonly #deps: Pick<FlowDeps, 'inbox' | 'retrieval'>;
  readonly #folder: MessageFilter;
  #here: Message;
  readonly #behind: Message[] = [];
  readonly #ahead: Message[] = [];

  constructor(deps: Pick<FlowDeps, 'inbox' | 'retrieval'>, folder: MessageFilter, first: Message) {
    this.#deps = deps;
    this.#folder = folder;
    this.#here = first;
  }

  /** Goes on by one and answers that message as it is now; `undefined`: this is the last, and it stays here. */
  next(): Promise<Message | undefined> {
    return this.#go(this.#ahead, this.#behind, () =>
      this.#deps.inbox.next(this.#here.mailbox, this.#folder, this.#here),
    );
  }

  previous(): Promise<Message | undefined> {
    return this.#go(this.#behind, this.#ahead, () =>
      this.#deps.inbox.previous(this.#here.mailbox, this.#folder, this.#here),
    );
  }

  /** Where it stands now, as it is now. */
  async now(): Promise<Message | undefined> {
    return this.#deps.retrieval.message(this.#here.id);
  }

  async #go(
    known: Message[],
    passed: Message[],
    find: () => Promise<Message | undefined>,
  ): Promise<Message | undefined> {
    for (let place = known.at(-1); place !== undefined; place = known.at(-1)) {
      const message = await this.#deps.retrieval.message(place.id);
      known.pop();
      if (message !== undefined) {
        this.#stepTo(place, passed);
        return message;
      }
    }
    const found = await find();
    if (found !== undefined) this.#stepTo(found, passed);
    return found;
  }

  #stepTo(place: Message, passed: Message[]): void {
    passed.push(this.#here);
    this.#here = place;
  }
}
