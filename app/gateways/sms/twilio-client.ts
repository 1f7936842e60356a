/** Twilio's own library, with its API at another address where told so, and a deadline for each whole exchange. */
import twilio from 'twilio';
import type { Twilio } from 'twilio';
import type RequestClient from 'twilio/lib/base/RequestClient.js';

export interface TwilioClientOptions {
  readonly accountSid: string;
  readonly authToken: string;
  /** Scheme, host and optional path that stand for `https://api.twilio.com`. */
  readonly api: string | undefined;
  /** Longest wait for an answer, in milliseconds. */
  readonly timeoutMs: number;
}

/** No answer to a request within its deadline; the request may have been taken. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

export function createTwilioClient(options: TwilioClientOptions): Twilio {
  const { accountSid, authToken } = options;
  return twilio(accountSid, authToken, { httpClient: new DirectedClient(options), autoRetry: false });
}

/** Connections are not kept: a reset of an old one would leave open whether a text was taken. */
class DirectedClient extends twilio.RequestClient {
  readonly #options: TwilioClientOptions;

  constructor(options: TwilioClientOptions) {
    super({ timeout: options.timeoutMs, keepAlive: false });
    this.#options = options;
  }

  override async request<TData>(wanted: RequestClient.RequestOptions<TData>) {
    const { api, timeoutMs } = this.#options;
    const uri = api === undefined ? wanted.uri : direct(wanted.uri, api);
    let timer: NodeJS.Timeout | undefined;
    // The library's own timeout starts anew with each byte of the answer.
    const deadline = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new NoAnswer('Twilio did not answer in time')), timeoutMs);
    });
    try {
      return await Promise.race([super.request<TData>({ ...wanted, uri, timeout: timeoutMs }), deadline]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function direct(uri: string, api: string): string {
  const { pathname, search } = new URL(uri);
  return api.replace(/\/+$/, '') + pathname + search;
}
