/** Does with the double what the recorded applications, telephones and networks did, and gives what both servers said. */
import { connect, type Socket } from 'node:net';
import { openDrachtioDouble } from './double.ts';
import type { PeerAnswer } from './peers.ts';
import { headerOf, parseMessage } from './message.ts';
import { framesOf, type Entry } from './transcript.ts';

/** By connection: each frame without chance. */
export type Said = ReadonlyMap<string, readonly string[]>;

export function recorded(entries: readonly Entry[]): Said {
  const said = new Map<string, string[]>();
  for (const entry of entries) {
    if (entry.kind === 'event' || entry.from !== 'server') continue;
    const lines = said.get(entry.connection) ?? [];
    lines.push(...framesOf(entry.bytes).frames.map(plain));
    said.set(entry.connection, lines);
  }
  return said;
}

export async function replayed(entries: readonly Entry[]): Promise<Said> {
  const answers = answersOf(entries);
  const targets = proxiedOf(entries);
  await using double = await openDrachtioDouble({
    secret: 's3cret',
    onRequest: () => answers.shift() ?? 'silent',
    onProxy: () => targets.shift(),
  });
  const sockets = new Map<string, Socket>();
  const said = new Map<string, string[]>();
  let came = 0;
  let wake = (): void => undefined;
  const open = async (name: string): Promise<void> => {
    const socket = connect(double.port, '127.0.0.1');
    sockets.set(name, socket);
    const lines: string[] = [];
    let rest = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      const cut = framesOf(Buffer.concat([rest, chunk]));
      rest = Buffer.from(cut.rest);
      lines.push(...cut.frames.map(plain));
      if (lines.length > 0) said.set(name, lines);
      came += cut.frames.length;
      wake();
    });
    await new Promise((resolve) => socket.once('connect', resolve));
  };
  const until = async (count: number): Promise<void> => {
    const end = AbortSignal.timeout(2000);
    end.addEventListener('abort', () => wake());
    const waits = (): boolean => came < count && !end.aborted;
    while (waits()) await new Promise<void>((resolve) => (wake = resolve));
    if (came < count)
      throw new Error(`${came} of ${count} frames came; the last: ${[...said.values()].at(-1)?.at(-1)}`);
  };
  let due = 0;
  for (const entry of entries) {
    if (entry.kind === 'event') {
      await until(due);
      const opened = /^(\w+): app opened TCP/.exec(entry.text)?.[1];
      if (opened !== undefined) {
        // The recordings do not always tell of its start.
        if (!double.running) await double.start();
        await open(opened);
      }
      const gone = /^(?:([AB])\d*: )?(?:close|app sent FIN|bad\.)/.exec(entry.text);
      if (gone !== null)
        for (const [name, socket] of sockets) if (name.startsWith(gone[1] ?? 'A')) socket.destroy();
      if (/^(stopping|killing) (the )?server/.test(entry.text)) await double.stop();
      continue;
    }
    if (entry.from === 'application') {
      await until(due);
      sockets.get(entry.connection)?.write(entry.bytes);
      continue;
    }
    const { frames } = framesOf(entry.bytes);
    for (const frame of frames) {
      const arrival = arrivalOf(frame);
      if (arrival !== undefined) {
        await until(due);
        if (arrival.raw.startsWith('CANCEL')) double.cancels(arrival.raw, arrival.peer, arrival.transaction);
        else void double.arrives(arrival.raw, arrival.peer, arrival.transaction);
      }
      due += 1;
    }
  }
  await until(due);
  for (const socket of sockets.values()) socket.destroy();
  return said;
}

/** A request of a telephone, as the recorded server handed it on. */
function arrivalOf(frame: string) {
  const end = frame.indexOf('\r\n');
  const raw = frame.slice(end + 2);
  const [, type, source, , protocol = '', address = '', port, , transaction = ''] = frame
    .slice(0, end)
    .split('|');
  if (type !== 'sip' || source !== 'network' || raw.startsWith('SIP/2.0')) return undefined;
  return { raw, peer: { protocol, address, port: Number(port) }, transaction };
}

/** What was answered to each request that went out, in their order. */
function answersOf(entries: readonly Entry[]): PeerAnswer[] {
  const order: string[] = [];
  const answers = new Map<string, PeerAnswer>();
  for (const entry of entries) {
    if (entry.kind === 'event' || entry.from !== 'server') continue;
    for (const frame of framesOf(entry.bytes).frames) {
      const end = frame.indexOf('\r\n');
      const tokens = frame.slice(0, end).split('|');
      const raw = frame.slice(end + 2);
      const [, type, , ok, , , , , , , sent = ''] = tokens;
      if (type === 'response' && ok === 'OK' && end > 0 && !raw.startsWith('SIP/2.0')) order.push(sent);
      if (type !== 'sip' || !raw.startsWith('SIP/2.0')) continue;
      const message = parseMessage(raw);
      const own = ['via', 'from', 'to', 'call-id', 'cseq', 'content-length'];
      answers.set(tokens[8] ?? '', {
        start: message.start,
        headers: message.headers.filter(([name]) => !own.includes(name.toLowerCase())),
        tag: /;tag=([^;]+)/.exec(headerOf(message, 'to') ?? '')?.[1],
        unreached: tokens[3] === '0',
      });
    }
  }
  return order.map((transaction) => answers.get(transaction) ?? 'silent');
}

/** What the targets of each proxied call answered, in their order; `undefined` = nothing. */
function proxiedOf(entries: readonly Entry[]): (number | undefined)[] {
  const frames = entries.flatMap((entry) =>
    entry.kind === 'event' ? [] : framesOf(entry.bytes).frames.map((frame) => ({ frame, from: entry.from })),
  );
  return frames
    .filter(({ frame, from }) => from === 'application' && frame.split('|')[1] === 'proxy')
    .flatMap(({ frame }) => {
      const [id = ''] = frame.split('|');
      const [head = ''] = frame.split('\r\n');
      const targets = head.split('|').length - 9;
      const finals = frames
        .filter(({ frame: one, from }) => from === 'server' && one.includes(`|response|${id}|`.slice(0)))
        .filter(({ frame: one }) => one.includes('|continue\r\n'))
        .map(({ frame: one }) => Number(/SIP\/2.0 (\d+)/.exec(one)?.[1]));
      return [...Array<undefined>(Math.max(0, targets - finals.length)), ...finals];
    });
}

/** A frame without ids, times, and sizes that follow from them. What a proxied target says is its own affair: its status counts. */
function plain(frame: string): string {
  const end = frame.indexOf('\r\n');
  const head = frame
    .slice(0, end < 0 ? undefined : end)
    .replace(/^[0-9a-f-]+\|/, '')
    .replace(/\|[1-9]\d*\|(udp|tcp|)\|/, '|BYTES|$1|')
    .replaceAll(/\d\d:\d\d:\d\d\.\d{6}/g, 'TIME');
  const raw = end < 0 ? '' : frame.slice(end + 2);
  if (head.endsWith('|continue'))
    return `${head.replace(/\|[\d.]+\|\d+\|TIME/, '|PEER|TIME')} ${raw.slice(0, 'SIP/2.0 200'.length)}`;
  const outgoing = head.startsWith('response') && !raw.startsWith('SIP/2.0');
  const answered = head.startsWith('sip|') && raw.startsWith('SIP/2.0');
  const own =
    outgoing || answered ? head.replace(/\|[0-9a-f]{8}-[0-9a-f-]{27}\|(?=Msg|[^|]*\|$)/, '|TXN|') : head;
  return `${own}\r\n${raw
    .replaceAll(/;tag=[0-9A-Za-z]{12,14}(?=[;\r])/g, ';tag=TAG')
    .replace(/^Via: (?:SIP\/2.0\/UDP [\d.:]+;rport;branch=\w+)?\r$/m, 'Via: OWN\r')
    .replaceAll(/branch=z9hG4bK(?!-)[0-9A-Za-z]+/g, 'branch=BRANCH')
    .replaceAll(/Call-ID: [0-9a-f-]{36}\r/g, 'Call-ID: OWN\r')
    .replaceAll(/CSeq: 123\d{6} /g, 'CSeq: OWN ')}`;
}
