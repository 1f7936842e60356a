/** Puts together who comes in over the web. */
import type { Messaging } from './messaging.ts';
import type { Rooms } from './rooms.ts';
import type { Running } from './running.ts';
import type { Shared } from './shared.ts';
import { createApiKeys, type ApiKeys } from '../services/api-keys.ts';
import { createOperatorSignIn, type OperatorSignIn } from '../services/operator-sign-in.ts';
import { createOperators, type Operators } from '../services/operators.ts';
import { createSessions, type Sessions } from '../services/sessions.ts';
import { createSignIn, type SignIn } from '../services/sign-in.ts';
import { createStanding, type Standing } from '../services/standing.ts';
import { createWhoIsIn, type WhoIsIn } from '../services/who-is-in.ts';
import type { Auditor } from '../services/audit.ts';

export interface Admission {
  readonly sessions: Sessions;
  readonly keys: ApiKeys;
  readonly operators: Operators;
  readonly signIn: SignIn;
  readonly operatorSignIn: OperatorSignIn;
  readonly whoIsIn: WhoIsIn;
  readonly standing: Standing;
  readonly auditor: Auditor;
}

export function createAdmission(
  rooms: Rooms,
  shared: Shared,
  { authentication, auditor, links }: Pick<Messaging, 'authentication' | 'auditor' | 'links'>,
  running: Pick<Running, 'watch'>,
): Admission {
  const { config, hasher, tokens, totp } = rooms;
  const deps = { ...shared, auditor, tokens };
  const sessions = createSessions({ ...deps, rule: config.web.sessions });
  const operators = createOperators({ ...deps, hasher, totp });
  return {
    sessions,
    keys: createApiKeys(deps),
    operators,
    signIn: createSignIn({
      ...deps,
      authentication,
      sessions,
      links,
      later: (work) => running.watch(work),
    }),
    operatorSignIn: createOperatorSignIn({ operators, sessions, auditor }),
    whoIsIn: createWhoIsIn(shared),
    standing: createStanding(shared),
    auditor,
  };
}
