import type { Store } from '../ports/store.ts';
import { ApiKeys } from './api-keys.ts';
import { Archiving } from './archiving.ts';
import { Arrivals } from './arrivals.ts';
import { Attempts } from './attempts.ts';
import { Audit } from './audit.ts';
import { Cdrs } from './cdrs.ts';
import { Classes } from './classes.ts';
import { Counting } from './counting.ts';
import { Connection, type ConnectionDeps, type ConnectionOptions } from './connection.ts';
import { Credentials } from './credentials.ts';
import { Deliveries } from './deliveries.ts';
import { Events } from './events.ts';
import { FaxJobs } from './fax-jobs.ts';
import { Ledgers } from './ledger.ts';
import { Links } from './links.ts';
import { LiveCalls } from './live-calls.ts';
import { Mailboxes } from './mailboxes.ts';
import { Media } from './media.ts';
import { Messages } from './messages.ts';
import { Operators } from './operators.ts';
import { Sessions } from './sessions.ts';
import { StrayMedia } from './stray-media.ts';
import { Notifications } from './notifications.ts';
import { Queues } from './queues.ts';
import { Resealing } from './resealing.ts';
import { Replication } from './replication.ts';
import { Retention } from './retention.ts';
import { Summaries } from './summaries.ts';
import { Subscriptions } from './subscriptions.ts';
import { Stops, Usage } from './usage.ts';

/**
 * Opens the store. It does not wait for the server, so that calls are answered while that is away: each operation waits
 * for connection and indexes within its own deadline.
 * @throws Fault `config-invalid` if the address cannot be understood.
 */
export async function openStore(options: ConnectionOptions, deps: ConnectionDeps): Promise<Store> {
  const connection = new Connection(options, deps);
  const media = new Media(connection);
  return {
    mailboxes: new Mailboxes(connection),
    counting: new Counting(connection),
    messages: new Messages(connection),
    archiving: new Archiving(connection),
    media,
    strays: new StrayMedia(connection),
    resealing: new Resealing(connection, media),
    replication: new Replication(connection),
    retention: new Retention(connection, media),
    notifications: new Notifications(connection),
    deliveries: new Deliveries(connection),
    arrivals: new Arrivals(connection),
    faxes: new FaxJobs(connection),
    attempts: new Attempts(connection),
    credentials: new Credentials(connection),
    audit: new Audit(connection),
    cdrs: new Cdrs(connection),
    ledger: new Ledgers(connection),
    summaries: new Summaries(connection),
    classes: new Classes(connection),
    usage: new Usage(connection),
    stops: new Stops(connection),
    queues: new Queues(connection),
    subscriptions: new Subscriptions(connection),
    sessions: new Sessions(connection),
    keys: new ApiKeys(connection),
    operators: new Operators(connection),
    links: new Links(connection),
    events: new Events(connection),
    liveCalls: new LiveCalls(connection),
    async ping() {
      await connection.run('ping', () => connection.database.command({ ping: 1 }));
    },
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}
