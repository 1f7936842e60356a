import type { Store } from '../ports/store.ts';
import { Arrivals } from './arrivals.ts';
import { Attempts } from './attempts.ts';
import { Audit } from './audit.ts';
import { Cdrs } from './cdrs.ts';
import { Classes } from './classes.ts';
import { Counting } from './counting.ts';
import { Connection, type ConnectionDeps, type ConnectionOptions } from './connection.ts';
import { Credentials } from './credentials.ts';
import { Deliveries } from './deliveries.ts';
import { FaxJobs } from './fax-jobs.ts';
import { Mailboxes } from './mailboxes.ts';
import { Media } from './media.ts';
import { Messages } from './messages.ts';
import { Notifications } from './notifications.ts';
import { Subscriptions } from './subscriptions.ts';
import { Stops, Usage } from './usage.ts';

/**
 * Opens the store. It does not wait for the server, so that calls are answered while that is away: each operation waits
 * for connection and indexes within its own deadline.
 * @throws Fault `config-invalid` if the address cannot be understood.
 */
export async function openStore(options: ConnectionOptions, deps: ConnectionDeps): Promise<Store> {
  const connection = new Connection(options, deps);
  return {
    mailboxes: new Mailboxes(connection),
    counting: new Counting(connection),
    messages: new Messages(connection),
    media: new Media(connection),
    notifications: new Notifications(connection),
    deliveries: new Deliveries(connection),
    arrivals: new Arrivals(connection),
    faxes: new FaxJobs(connection),
    attempts: new Attempts(connection),
    credentials: new Credentials(connection),
    audit: new Audit(connection),
    cdrs: new Cdrs(connection),
    classes: new Classes(connection),
    usage: new Usage(connection),
    stops: new Stops(connection),
    subscriptions: new Subscriptions(connection),
    async ping() {
      await connection.run('ping', () => connection.database.command({ ping: 1 }));
    },
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}
