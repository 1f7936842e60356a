/** A fax machine at the far side of a trunk: an Asterisk of its own, whose spandsp sends and receives. */
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLocalAsterisk, type LocalAsterisk } from '../../scripts/stack/asterisk.ts';

export interface FaxMachineOptions {
  readonly directory: string;
  /** Its address, as 127.0.0.2, and that of the switch it is connected to. */
  readonly host: string;
  readonly port: number;
  readonly server: { readonly host: string; readonly port: number };
  /** Whether it can do T.38; else it sends sound. Default true. */
  readonly t38?: boolean;
  /** What it calls itself. */
  readonly station: string;
}

export interface Sending {
  readonly to: string;
  readonly from: string;
}

export interface MachineEnd {
  readonly status: string;
  readonly pages: number;
  readonly mode: string;
  /** What the other side calls itself. */
  readonly station: string;
}

export interface FaxMachine extends AsyncDisposable {
  readonly asterisk: LocalAsterisk;
  /** Calls and sends; resolves when the call is placed. `end` settles when it is over. */
  send(
    document: Uint8Array,
    sending: Sending,
  ): Promise<{ readonly id: string; readonly end: Promise<MachineEnd> }>;
  /** Hangs a call of its own up. */
  hangUp(id: string): Promise<void>;
  /** The next fax that it has received, which nobody was given before. */
  received(
    withinMs?: number,
  ): Promise<{ readonly document: Buffer; readonly end: MachineEnd; readonly to: string }>;
  /** What it does with calls from now on; `tones`: answers, with sound that is no machine's; `nothing`: without any. Default `takes`. */
  answers(how: 'takes' | 'busy' | 'tones' | 'nothing'): Promise<void>;
}

export async function openFaxMachine(options: FaxMachineOptions): Promise<FaxMachine> {
  // Below the folder that the switch sees under its own path.
  const papers = join(options.directory, 'asterisk/papers');
  await mkdir(papers, { recursive: true });
  const asterisk = await openLocalAsterisk({
    directory: join(options.directory, 'asterisk'),
    sipHost: options.host,
    sipPort: options.port,
    trunks: [{ name: 'trunk', ...options.server }],
    manager: false,
    extra: {
      'modules.conf': 'load = func_env.so',
      'extensions.conf': dialplan(papers, options.station),
      'pjsip.d/trunk-trunk.conf': `[trunk](+type=endpoint)\nt38_udptl = ${options.t38 === false ? 'no' : 'yes'}\nfax_detect = no\n`,
    },
  });
  const ari = async (method: string, uri: string, body?: unknown): Promise<void> => {
    const login = Buffer.from(`${asterisk.user}:${asterisk.password}`).toString('base64');
    const response = await fetch(`${asterisk.ariUrl}/ari/${uri}`, {
      method,
      headers: { authorization: `Basic ${login}`, 'content-type': 'application/json', connection: 'close' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${uri}: ${response.status} ${text}`);
  };
  let sent = 0;
  const given = new Set<string>();
  return {
    asterisk,
    async send(document, { to, from }) {
      const id = `sent-${(sent += 1)}`;
      const file = join(papers, `${id}.tif`);
      await writeFile(file, document);
      await ari('POST', 'channels', {
        endpoint: `PJSIP/trunk/sip:${to}@${options.server.host}:${options.server.port}`,
        context: 'machine',
        extension: 'send',
        priority: 1,
        channelId: id,
        callerId: `<${from}>`,
        variables: { PAPER: file, NOTE: join(papers, `${id}.end`) },
      });
      const end = noteAt(join(papers, `${id}.end`), 120_000);
      end.catch(() => undefined);
      return { id, end };
    },
    hangUp: (id) => ari('DELETE', `channels/${id}`),
    async received(withinMs = 90_000) {
      const deadline = performance.now() + withinMs;
      for (;;) {
        const name = (await readdir(papers)).find((one) => /^got-.*\.end$/.test(one) && !given.has(one));
        if (name !== undefined) {
          given.add(name);
          const end = await noteAt(join(papers, name), 1000);
          const document = await readFile(join(papers, name.replace(/end$/, 'tif'))).catch(() =>
            Buffer.alloc(0),
          );
          return { document, end, to: name.split('~')[1] ?? '' };
        }
        if (performance.now() > deadline) throw new Error('no fax was received in time');
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    answers: (how) => ari('POST', `asterisk/variable?variable=ANSWERS&value=${how}`),
    [Symbol.asyncDispose]: () => asterisk[Symbol.asyncDispose](),
  };
}

/** What the dialplan of the machine writes when a call is over. */
async function noteAt(file: string, withinMs: number): Promise<MachineEnd> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text.includes('|')) {
      const [status = '', pages = '', mode = '', station = ''] = text.trim().split('|');
      return { status, pages: Number(pages) || 0, mode, station };
    }
    if (performance.now() > deadline) throw new Error('the machine did not end its call in time');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function dialplan(papers: string, station: string): string {
  return `
[machine]
exten => send,1,Set(CHANNEL(hangup_handler_push)=machine-over,s,1)
 same => n,Set(FAXOPT(localstationid)=${station})
 same => n,SendFAX(\${PAPER},f)
 same => n,Hangup()
[machine-over]
exten => s,1,Set(FILE(\${NOTE})=\${FAXOPT(status)}|\${FAXOPT(pages)}|\${FAXMODE}|\${FAXOPT(remotestationid)})
 same => n,Return()
[from-trunk]
exten => _[+0-9]!,1,GotoIf($["\${ANSWERS}" = "busy"]?busy)
 same => n,Answer()
 same => n,GotoIf($["\${ANSWERS}" = "tones"]?tones)
 same => n,GotoIf($["\${ANSWERS}" = "nothing"]?nothing)
 same => n,Set(NOTE=${papers}/got-\${UNIQUEID}~\${EXTEN}~.end)
 same => n,Set(CHANNEL(hangup_handler_push)=machine-over,s,1)
 same => n,Set(FAXOPT(localstationid)=${station})
 same => n,ReceiveFAX(${papers}/got-\${UNIQUEID}~\${EXTEN}~.tif,f)
 same => n,Hangup()
 same => n(busy),Hangup(17)
 same => n(tones),Playtones(440/500,0/1500)
 same => n(nothing),Wait(120)
 same => n,Hangup()
`;
}
