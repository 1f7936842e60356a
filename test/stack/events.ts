import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { LocalAsterisk } from '../../scripts/stack/asterisk.ts';

export interface HandedOver {
  readonly channel: string;
  /** The first argument of Stasis. */
  readonly entry: string;
  /** The fields of AB_FACTS as bytes, percent-decoded. */
  readonly fields: readonly Buffer[];
  /** AB_FACTS as it came. */
  readonly raw: string;
}

/** A stand-in for the controller: takes calls and says what came with them. */
export interface Taker extends AsyncDisposable {
  next(): Promise<HandedOver>;
}

export async function takeCalls(asterisk: LocalAsterisk, app = 'answerback'): Promise<Taker> {
  const { ariUrl, user, password } = asterisk;
  const key = `api_key=${user}:${password}`;
  const socket = new WebSocket(`${ariUrl.replace('http', 'ws')}/ari/events?app=${app}&${key}`);
  const came: HandedOver[] = [];
  const waiting: ((call: HandedOver) => void)[] = [];
  socket.on('message', (data: Buffer) => {
    const event = JSON.parse(data.toString('utf8')) as {
      type: string;
      args?: string[];
      channel?: { id: string };
    };
    if (event.type !== 'StasisStart') return;
    const [entry = '', raw = ''] = event.args ?? [];
    const call = { channel: event.channel?.id ?? '', entry, raw, fields: raw.split('|').map(decode) };
    void fetch(`${ariUrl}/ari/channels/${call.channel}?${key}`, { method: 'DELETE' }).catch(() => undefined);
    const first = waiting.shift();
    if (first) first(call);
    else came.push(call);
  });
  await once(socket, 'open');
  return {
    next: async () => came.shift() ?? new Promise((done) => void waiting.push(done)),
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, 'close');
    },
  };
}

function decode(field: string): Buffer {
  const bytes = field.replace(/%([0-9A-F]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1');
}
