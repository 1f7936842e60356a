/** What operators and programs come in with. */
import { openHasher } from '../../secrets/open.ts';
import { openTokens } from '../../secrets/open-tokens.ts';
import { openTotp } from '../../secrets/open-totp.ts';
import { createApiKeys, type ApiKeys } from '../../services/api-keys.ts';
import { createOperators, type Operators } from '../../services/operators.ts';
import { systemClock as clock } from '../../telemetry/system-clock.ts';
import { systemRandom as random } from '../../telemetry/system-random.ts';
import type { Office } from './office.ts';

export function operatorOffice({ config, secrets, store, auditor, log }: Office): Operators {
  const { node, web } = config;
  return createOperators({
    store,
    hasher: openHasher({ ...config.pins, pepper: secrets.pinPepper }),
    totp: openTotp({
      issuer: web.publicUrl === undefined ? `Answerback ${node}` : new URL(web.publicUrl).host,
    }),
    auditor,
    clock,
    random,
    log,
  });
}

export function keyOffice({ store, auditor, log }: Office): ApiKeys {
  return createApiKeys({ store, tokens: openTokens(), auditor, clock, log });
}
