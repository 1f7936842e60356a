/** Reads a stream of events as browsers do (WHATWG HTML, section 9.2), from any address. */

export interface ReadEvent {
  readonly type: string;
  readonly id: string;
  readonly data: Record<string, unknown>;
}

export interface EventReader extends AsyncDisposable {
  readonly response: Response;
  readonly seen: readonly ReadEvent[];
  /** The place to come back to. */
  readonly last: string;
  /** The first that fits, of those seen already too. */
  next(fits: string | ((event: ReadEvent) => boolean), withinMs?: number): Promise<ReadEvent>;
  /** Settles when the far side has ended it. */
  readonly ended: Promise<void>;
}

export async function readEvents(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<EventReader> {
  const ending = new AbortController();
  const response = await fetch(url, { headers, signal: ending.signal });
  const seen: ReadEvent[] = [];
  const waiting = new Set<() => void>();
  const state = { last: '' };
  const take = (block: string): void => {
    const fields = new Map<string, string>();
    for (const line of block.split('\n')) {
      const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
      if (name !== '') fields.set(name, value);
    }
    state.last = fields.get('id') ?? state.last;
    const data = fields.get('data');
    if (data === undefined) return;
    seen.push({ type: fields.get('event') ?? 'message', id: state.last, data: JSON.parse(data) });
    for (const woken of waiting) woken();
  };
  const read = async (): Promise<void> => {
    let text = '';
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk as Uint8Array, { stream: true });
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        blocks.forEach(take);
      }
    } catch {
      // The far side, or the test, has gone.
    }
  };
  const ended = read();
  return {
    response,
    seen,
    get last() {
      return state.last;
    },
    ended,
    next(fits, withinMs = 15_000) {
      const matches = typeof fits === 'string' ? ({ type }: ReadEvent) => type === fits : fits;
      return new Promise((resolve, reject) => {
        const look = (): void => {
          const found = seen.find(matches);
          if (found === undefined) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found);
        };
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`no such event: ${String(fits)}; but ${JSON.stringify(seen)}`));
        }, withinMs);
        waiting.add(look);
        look();
      });
    },
    async [Symbol.asyncDispose]() {
      ending.abort();
      await ended;
    },
  };
}
