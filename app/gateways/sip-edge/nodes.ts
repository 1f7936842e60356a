/** Which node has a mailbox, by configuration, and which nodes answer. */
import type { Log } from '../../ports/log.ts';
import type { Owners } from '../../ports/owners.ts';
import type { SipLink } from './link.ts';

export interface EdgeNode {
  readonly name: string;
  /** `sip:host:port`, with `;transport=` where it is not UDP. */
  readonly uri: string;
  /** Numbers that it has begin so; all numbers if empty. */
  readonly prefixes: readonly string[];
}

/** Longest wait for a node's answer to OPTIONS, in milliseconds. */
const answerMs = 4000;

export class Nodes implements Owners, Disposable {
  readonly #nodes: readonly EdgeNode[];
  readonly #link: () => Pick<SipLink, 'request' | 'up'>;
  readonly #log: Log;
  readonly #down = new Set<string>();
  readonly #timer: NodeJS.Timeout;

  constructor(
    nodes: readonly EdgeNode[],
    everyMs: number,
    link: () => Pick<SipLink, 'request' | 'up'>,
    log: Log,
  ) {
    this.#nodes = nodes;
    this.#link = link;
    this.#log = log;
    this.#timer = setInterval(() => this.look(), everyMs);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  of(number: string | undefined) {
    const owners = this.#nodes
      .map((node) => ({ node, fit: number === undefined ? 0 : fitOf(number, node.prefixes) }))
      .filter(({ fit }) => fit >= 0)
      .toSorted((a, b) => b.fit - a.fit);
    if (owners.length === 0) return { kind: 'none' } as const;
    const up = owners.map(({ node }) => node.uri).filter((uri) => !this.#down.has(uri));
    return up.length === 0 ? ({ kind: 'down' } as const) : ({ kind: 'at', uris: up } as const);
  }

  /** None of these answered a call: they get no other until they answer again. */
  silent(uris: readonly string[]): void {
    for (const uri of uris) this.#mark(uri, false);
    this.look();
  }

  look(): void {
    if (!this.#link().up) return;
    for (const { uri } of this.#nodes) void this.#ask(uri);
  }

  async #ask(uri: string): Promise<void> {
    try {
      const headers = { From: '<sip:edge@localhost>', Contact: '<sip:edge@localhost>' };
      const { status } = await this.#link().request({ method: 'OPTIONS', uri, headers }, answerMs);
      // Who refuses to say what it can do is there all the same.
      this.#mark(uri, status !== 408 && status < 500);
    } catch {
      if (this.#link().up) this.#mark(uri, false);
    }
  }

  #mark(uri: string, up: boolean): void {
    if (this.#down.has(uri) === !up) return;
    if (up) this.#down.delete(uri);
    else this.#down.add(uri);
    const node = this.#nodes.find((one) => one.uri === uri)?.name;
    if (up) this.#log.info('a node answers again', { node });
    else this.#log.warn('a node does not answer', { node });
  }
}

/** Length of the longest prefix that fits, 0 if it has all numbers, -1 if it does not have this one. */
function fitOf(number: string, prefixes: readonly string[]): number {
  if (prefixes.length === 0) return 0;
  return Math.max(-1, ...prefixes.filter((one) => number.startsWith(one)).map((one) => one.length));
}
