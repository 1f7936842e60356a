/** Operators come in over the web: by password and one-time password, or sent by a provider that knows them. */
import type { OperatorRole } from '../core/access/principal.ts';
import { webAskerKey } from '../core/access/web-asker.ts';
import type { Auditor } from './audit.ts';
import type { Operators } from './operators.ts';
import type { Sessions } from './sessions.ts';
import type { SignedIn, SignInResult } from './sign-in.ts';

export interface OperatorSignInDeps {
  readonly operators: Pick<Operators, 'login'>;
  readonly sessions: Pick<Sessions, 'begin'>;
  readonly auditor: Auditor;
}

export interface OperatorSignIn {
  /** @param address of the internet, that wrong tries count against */
  byPassword(name: string, password: string, code: string, address: string): Promise<SignInResult>;
  /** Whom the provider knows. */
  byProvider(name: string, role: OperatorRole, address: string): Promise<SignedIn>;
  /** Notes that the provider sent somebody who is not let in. */
  refused(name: string | undefined, address: string): void;
}

export function createOperatorSignIn({ operators, sessions, auditor }: OperatorSignInDeps): OperatorSignIn {
  const note = (outcome: string, by: string | undefined, address: string): void =>
    auditor.note({
      event: 'operator-login',
      outcome,
      caller: webAskerKey(address),
      ...(by === undefined ? {} : { by }),
    });
  return {
    async byPassword(name, password, code, address) {
      const login = await operators.login(name, password, code, address);
      if (login.kind !== 'in') return login;
      return { kind: 'in', ...(await sessions.begin({ kind: 'operator', name: login.operator.name })) };
    },
    async byProvider(name, role, address) {
      note('in', name, address);
      return { kind: 'in', ...(await sessions.begin({ kind: 'operator', name, role })) };
    },
    refused: (name, address) => note('refused', name, address),
  };
}
