/** What people and programs come in with over the web. */
import type { ApiKeyStore } from './api-keys.ts';
import type { LinkStore } from './links.ts';
import type { OperatorStore } from './operators.ts';
import type { SessionStore } from './sessions.ts';

export interface AccessStores {
  readonly sessions: SessionStore;
  readonly keys: ApiKeyStore;
  readonly operators: OperatorStore;
  readonly links: LinkStore;
}
