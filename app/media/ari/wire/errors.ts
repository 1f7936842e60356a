/** How a request failed: the switch said no, did not answer in time, or there was no connection. */
export type RequestFailure = 'refused' | 'timeout' | 'down';

/** The switch answered a request with a status of 400 or more. */
export class AriError extends Error {
  readonly status: number;

  constructor(method: string, uri: string, status: number, reason: string) {
    super(`${method} ${uri}: ${status} ${reason}`);
    this.name = 'AriError';
    this.status = status;
  }

  /** The channel is not there any more, or no longer ours (404, 409, 412). */
  get channelGone(): boolean {
    return this.status === 404 || this.status === 409 || this.status === 412;
  }
}

/** There is no connection, or it was lost before the answer: whether the request was done is not known. */
export class AriDown extends Error {
  constructor(text: string) {
    super(text);
    this.name = 'AriDown';
  }
}

/** No answer within the deadline, although connected. */
export class AriTimeout extends Error {
  constructor(method: string, uri: string, ms: number) {
    super(`${method} ${uri}: no answer within ${ms} ms`);
    this.name = 'AriTimeout';
  }
}
