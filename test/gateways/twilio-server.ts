/**
 * Twilio on loopback: the Messages resource as its API documents it (authentication, form fields, error bodies), and
 * webhooks signed by this file's own code, so that the library is checked by a stranger.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TwilioAccount {
  readonly accountSid: string;
  readonly authToken: string;
  /** Numbers of the account that may send. */
  readonly senders: readonly string[];
}

export interface TakenText {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
  readonly body: string;
  readonly statusCallback: string | undefined;
  readonly created: Date;
}

/** What becomes of the next request that would send a text. */
export type Fate =
  | { readonly kind: 'error'; readonly status: number; readonly code?: number; readonly message?: string }
  /** Takes the text and never answers. */
  | { readonly kind: 'taken-unanswered' }
  /** Takes the text and drops the connection. */
  | { readonly kind: 'taken-dropped' }
  /** Drops the connection before it has taken the text. */
  | { readonly kind: 'dropped' }
  /** Something between answers with a page. */
  | { readonly kind: 'page'; readonly status: number }
  /** One byte of the answer at a time, for ever. */
  | { readonly kind: 'drip' };

export interface TwilioServer extends AsyncDisposable {
  readonly url: string;
  readonly texts: readonly TakenText[];
  /** Requests to send, refused ones too. */
  readonly tries: number;
  /** Fates of the next requests to send, in order; then all is well. */
  next(...fates: Fate[]): void;
  /** Keeps media of an MMS that came in; answers its address, which wants the credentials and leads elsewhere for the bytes. */
  keep(contentType: string, bytes: Uint8Array): string;
  /** Sends a form to a webhook, signed for the address under which this server was told to reach it. */
  post(webhook: Webhook): Promise<Response>;
}

export interface Webhook {
  /** Where the request really goes. */
  readonly target: string;
  /** Address that was configured at Twilio: signed. The target if absent. */
  readonly configured?: string;
  readonly form: Readonly<Record<string, string>>;
  /** Stands for the right signature; `null` sends none. */
  readonly signature?: string | null;
}

export async function openTwilioServer(account: TwilioAccount): Promise<TwilioServer> {
  const texts: TakenText[] = [];
  const fates: Fate[] = [];
  const drips = new Set<NodeJS.Timeout>();
  let tries = 0;
  const media = new Map<string, { contentType: string; bytes: Uint8Array }>();

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = new URLSearchParams(await bodyOf(request));
    const kept = media.get(request.url?.replace('/cdn/', '') ?? '');
    if (kept !== undefined) {
      if (request.headers.authorization !== undefined && request.headers.host?.startsWith('localhost'))
        return refuse(response, { status: 400, message: 'Only one auth mechanism allowed' });
      response.writeHead(200, { 'content-type': kept.contentType }).end(kept.bytes);
      return;
    }
    const refusal = refuseCaller(request, account);
    const [, sid] = /\/Media\/(ME[0-9a-f]{32})$/.exec(request.url ?? '') ?? [];
    if (sid !== undefined && refusal?.status !== 401) {
      // The bytes lie with another server, which must not get the credentials.
      response.writeHead(307, { location: `http://localhost:${port}/cdn/${sid}` }).end();
      return;
    }
    if (refusal) return refuse(response, refusal);
    if (request.method === 'GET') return listTexts(request, response, texts, account);
    tries += 1;
    const fate = fates.shift();
    if (fate?.kind === 'dropped') return void request.socket.destroy();
    if (fate?.kind === 'page')
      return void response.writeHead(fate.status, { 'content-type': 'text/html' }).end('<h1>busy</h1>');
    if (fate?.kind === 'drip') {
      response.writeHead(201, { 'content-type': 'application/json' });
      return void drips.add(setInterval(() => response.write(' '), 20));
    }
    const wrong = fate?.kind === 'error' ? fate : refuseText(request, form, account);
    if (wrong) return refuse(response, wrong);
    const text = take(form);
    texts.push(text);
    if (fate?.kind === 'taken-dropped') return void request.socket.destroy();
    if (fate?.kind === 'taken-unanswered') return;
    json(response, 201, resource(text, account));
  };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    texts,
    get tries() {
      return tries;
    },
    next: (...more) => void fates.push(...more),
    keep: (contentType, bytes) => {
      const sid = `ME${randomBytes(16).toString('hex')}`;
      media.set(sid, { contentType, bytes });
      return `http://127.0.0.1:${port}/2010-04-01/Accounts/${account.accountSid}/Messages/${newSid('MM')}/Media/${sid}`;
    },
    post: (webhook) => postWebhook(webhook, account.authToken),
    [Symbol.asyncDispose]: async () => {
      drips.forEach((drip) => clearInterval(drip));
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The signature of https://www.twilio.com/docs/usage/webhooks/webhooks-security: address, then sorted names and values. */
export function signature(
  authToken: string,
  address: string,
  form: Readonly<Record<string, string>>,
): string {
  const names = Object.keys(form).sort();
  const signed = address + names.map((name) => name + form[name]).join('');
  return createHmac('sha1', authToken).update(signed, 'utf8').digest('base64');
}

export function newSid(prefix: 'SM' | 'MM' = 'SM'): string {
  return prefix + randomBytes(16).toString('hex');
}

async function postWebhook(
  { target, configured, form, signature: given }: Webhook,
  authToken: string,
): Promise<Response> {
  const signed = given === undefined ? signature(authToken, configured ?? target, form) : given;
  return fetch(target, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: {
      'user-agent': 'TwilioProxy/1.1',
      ...(signed === null ? {} : { 'x-twilio-signature': signed }),
    },
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

interface Refusal {
  readonly status: number;
  readonly code?: number;
  readonly message?: string;
}

function refuseCaller(request: IncomingMessage, account: TwilioAccount): Refusal | undefined {
  const wanted = Buffer.from(`${account.accountSid}:${account.authToken}`).toString('base64');
  if (request.headers.authorization !== `Basic ${wanted}`)
    return { status: 401, code: 20003, message: 'Authenticate' };
  const path = request.url?.split('?')[0];
  if (path !== `/2010-04-01/Accounts/${account.accountSid}/Messages.json`) {
    return { status: 404, code: 20404, message: 'The requested resource was not found' };
  }
  return undefined;
}

function refuseText(
  request: IncomingMessage,
  form: URLSearchParams,
  account: TwilioAccount,
): Refusal | undefined {
  const to = form.get('To') ?? '';
  const body = form.get('Body') ?? '';
  const callback = form.get('StatusCallback');
  if (!request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    return { status: 415, code: 20415, message: 'Unsupported media type' };
  }
  if (!/^\+[1-9]\d{6,14}$/.test(to)) {
    return { status: 400, code: 21211, message: `The 'To' number ${to} is not a valid phone number.` };
  }
  if (!account.senders.includes(form.get('From') ?? '')) {
    return {
      status: 400,
      code: 21606,
      message: `The 'From' phone number provided (${form.get('From')}) is not yours`,
    };
  }
  if (body === '') return { status: 400, code: 21602, message: 'Message body is required.' };
  if (body.length > 1600)
    return { status: 400, code: 21617, message: 'The concatenated message body exceeds the limit' };
  if (callback !== null && !URL.canParse(callback))
    return { status: 400, code: 21609, message: 'Invalid StatusCallback' };
  return undefined;
}

function take(form: URLSearchParams): TakenText {
  return {
    sid: newSid(),
    to: form.get('To') ?? '',
    from: form.get('From') ?? '',
    body: form.get('Body') ?? '',
    statusCallback: form.get('StatusCallback') ?? undefined,
    created: new Date(),
  };
}

function listTexts(
  request: IncomingMessage,
  response: ServerResponse,
  texts: readonly TakenText[],
  account: TwilioAccount,
): void {
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
  const found = texts.filter((text) => text.to === query.get('To') && text.from === query.get('From'));
  const messages = found.toReversed().map((text) => resource(text, account));
  json(response, 200, { messages, page: 0, page_size: 50, next_page_uri: null, previous_page_uri: null });
}

function resource(text: TakenText, account: TwilioAccount): object {
  const created = text.created.toUTCString().replace('GMT', '+0000');
  return {
    sid: text.sid,
    account_sid: account.accountSid,
    to: text.to,
    from: text.from,
    body: text.body,
    status: 'queued',
    direction: 'outbound-api',
    date_created: created,
    date_updated: created,
    date_sent: null,
    error_code: null,
    error_message: null,
    num_segments: '1',
    num_media: '0',
    uri: `/2010-04-01/Accounts/${account.accountSid}/Messages/${text.sid}.json`,
  };
}

function refuse(response: ServerResponse, { status, code, message }: Refusal): void {
  const more_info = `https://www.twilio.com/docs/errors/${code ?? status}`;
  json(response, status, { code: code ?? status, message: message ?? 'refused', more_info, status });
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
