import type { IndexDescription } from 'mongodb';

/** How long texts and calls to subscribers are remembered after they were asked for: far longer than they are tried. */
const keptSeconds = 90 * 86_400;

/** Numbers without a mailbox are remembered for so long: each controller has seen to them by then. */
const freedSeconds = 86_400;

/** When subscribers were said to be home is remembered for so long, so that older reports are known to be late. */
const toldSeconds = 7 * 86_400;

/** What was removed for good while another node had it is remembered for so long: a node may be away for a year. */
const purgedSeconds = 400 * 86_400;

/** Subscriptions that ended and whose phones no node told are removed so long after. */
const endedSeconds = 3600;

/** Links that opened their message once are remembered for so long after, so that it can be said that they are over. */
const overSeconds = 30 * 86_400;

/**
 * Every index of the store, by collection; made when the store opens. An index has the name of its first field, so that
 * an error about a duplicate key tells which key it was. Partial indexes hold only what still waits: looking for due
 * work touches nothing else. (A query must repeat the `$exists` of a partial index, or FerretDB does not use it.)
 * No field of an index has a name that begins with that of a list beside it (`pending`, `pendingDue`): FerretDB 2.7 takes the index for one of
 * a list, and sorts all that it finds by it.
 */
export const indexes: Readonly<Record<string, readonly IndexDescription[]>> = {
  mailboxes: [
    { name: 'numbers', key: { numbers: 1 }, unique: true },
    {
      name: 'settings.addresses.email',
      key: { 'settings.addresses.email': 1 },
      partialFilterExpression: { 'settings.addresses.email': { $exists: true } },
    },
    { name: 'sweepAt', key: { sweepAt: 1 }, partialFilterExpression: { sweepAt: { $exists: true } } },
  ],
  messages: [
    { name: 'origin', key: { origin: 1 }, unique: true },
    { name: 'reference', key: { reference: 1 }, unique: true },
    // Read in order by message-list.ts, which also says why `kind` and `sender` are in it.
    {
      name: 'mailbox',
      key: { mailbox: 1, state: 1, urgent: 1, received: 1, _id: 1, kind: 1, sender: 1 },
    },
    // Of several states at once, as pages show them.
    { name: 'mailbox_received', key: { mailbox: 1, received: -1, _id: -1 } },
    // Searches, of one mailbox and of all: by message-search.ts.
    { name: 'mailbox_words', key: { mailbox: 1, words: 1, received: -1 } },
    { name: 'words', key: { words: 1, received: -1 } },
    // Not of the time alone: FerretDB would read all messages in that order for whatever is asked for in order.
    { name: 'kind', key: { kind: 1, received: -1 } },
    {
      name: 'workAt',
      key: { workAt: 1 },
      partialFilterExpression: { workAt: { $exists: true } },
    },
    {
      name: 'moving.until',
      key: { 'moving.until': 1 },
      partialFilterExpression: { 'moving.until': { $exists: true } },
    },
    { name: 'sweepAt', key: { sweepAt: 1 }, partialFilterExpression: { sweepAt: { $exists: true } } },
    {
      name: 'hold.since',
      key: { 'hold.since': 1, mailbox: 1 },
      partialFilterExpression: { 'hold.since': { $exists: true } },
    },
  ],
  notifications: [
    { name: 'message', key: { message: 1, kind: 1, gateway: 1, to: 1 }, unique: true },
    { name: 'workAt', key: { workAt: 1 }, partialFilterExpression: { workAt: { $exists: true } } },
    { name: 'mailbox', key: { mailbox: 1, created: -1, _id: -1 } },
    { name: 'to', key: { to: 1, sentAt: -1 }, partialFilterExpression: { sentAt: { $exists: true } } },
    {
      name: 'providerId',
      key: { providerId: 1 },
      partialFilterExpression: { providerId: { $exists: true } },
    },
    { name: 'token', key: { token: 1 }, partialFilterExpression: { token: { $exists: true } } },
    { name: 'created', key: { created: 1 }, expireAfterSeconds: keptSeconds },
    { name: 'deadSince', key: { deadSince: -1 }, partialFilterExpression: { deadSince: { $exists: true } } },
    {
      name: 'to_waiting',
      key: { to: 1, created: 1 },
      partialFilterExpression: { workAt: { $exists: true } },
    },
    { name: 'to_dead', key: { to: 1 }, partialFilterExpression: { deadSince: { $exists: true } } },
  ],
  deliveries: [
    { name: 'created', key: { created: 1 }, expireAfterSeconds: keptSeconds },
    { name: 'message', key: { message: 1 }, partialFilterExpression: { message: { $exists: true } } },
    { name: 'workAt', key: { workAt: 1 }, partialFilterExpression: { workAt: { $exists: true } } },
  ],
  arrivals: [
    { name: 'workAt', key: { workAt: 1 }, partialFilterExpression: { workAt: { $exists: true } } },
    { name: 'expires', key: { expires: 1 }, expireAfterSeconds: 0 },
  ],
  faxes: [
    { name: 'created', key: { created: 1 }, expireAfterSeconds: keptSeconds },
    { name: 'mailbox', key: { mailbox: 1, created: -1 } },
    { name: 'workAt', key: { workAt: 1 }, partialFilterExpression: { workAt: { $exists: true } } },
  ],
  attempts: [{ name: 'expires', key: { expires: 1 }, expireAfterSeconds: 0 }],
  audit: [
    { name: 'at', key: { at: -1 } },
    { name: 'mailbox', key: { mailbox: 1, at: -1 } },
    { name: 'expires', key: { expires: 1 }, expireAfterSeconds: 0 },
  ],
  usage: [{ name: 'expires', key: { expires: 1 }, expireAfterSeconds: 0 }],
  freed: [{ name: 'at', key: { at: 1 }, expireAfterSeconds: freedSeconds }],
  subscriptions: [
    { name: 'number', key: { number: 1, expires: 1 } },
    { name: 'expires', key: { expires: 1 }, expireAfterSeconds: endedSeconds },
  ],
  sessions: [
    { name: 'of', key: { of: 1 } },
    { name: 'expires', key: { expires: 1 }, expireAfterSeconds: 0 },
  ],
  links: [{ name: 'expires', key: { expires: 1 }, expireAfterSeconds: overSeconds }],
  events: [{ name: 'at', key: { at: 1 } }],
  livecalls: [{ name: 'expires', key: { expires: 1 }, expireAfterSeconds: 0 }],
  controllers: [{ name: 'at', key: { at: 1 } }],
  cdrs: [
    { name: 'start', key: { start: -1 } },
    {
      name: 'unnumbered',
      key: { unnumbered: 1 },
      partialFilterExpression: { unnumbered: { $exists: true } },
    },
    { name: 'seq', key: { seq: 1 }, unique: true, partialFilterExpression: { seq: { $exists: true } } },
    { name: 'accountcode', key: { accountcode: 1, seq: 1 } },
  ],
  ledger: [{ name: 'at', key: { at: 1 }, partialFilterExpression: { at: { $exists: true } } }],
  summaries: [
    { name: 'period', key: { period: 1, by: 1, name: 1 } },
    { name: 'by', key: { by: 1, name: 1, period: 1 } },
  ],
  visits: [
    { name: 'node', key: { node: 1 } },
    { name: 'ended', key: { ended: 1 }, expireAfterSeconds: toldSeconds },
  ],
  purged: [
    { name: 'mailbox', key: { mailbox: 1, at: -1 } },
    { name: 'at', key: { at: 1 }, expireAfterSeconds: purgedSeconds },
  ],
  media: [{ name: 'at', key: { at: 1 }, partialFilterExpression: { at: { $exists: true } } }],
  'audio.files': [{ name: 'uploadDate', key: { uploadDate: 1 } }],
  'audio.chunks': [{ name: 'files_id', key: { files_id: 1, n: 1 }, unique: true }],
};
