/** The service that sends faxes, around whatever store and switch a test has; what subscribers are told is kept. */
import type { GatewayName } from '../../app/core/profile/class-of-service.ts';
import type { DocumentJoiner } from '../../app/ports/documents.ts';
import type { OutgoingText, TextGateway } from '../../app/ports/gateway.ts';
import { createFaxOut, type FaxOut, type FaxOutDeps } from '../../app/services/fax-out.ts';
import { createFaxPaper } from '../../app/services/fax-paper.ts';
import type { Conversions } from '../../app/services/conversions.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { silentLog } from '../ports/silent-log.ts';

export interface FaxOutWorld {
  readonly faxOut: FaxOut;
  /** Texts and mails, as `to: body`. */
  readonly told: string[];
  readonly deps: FaxOutDeps;
}

export function faxOutWorld(
  deps: Pick<
    FaxOutDeps,
    'store' | 'media' | 'deposits' | 'account' | 'tolls' | 'profiles' | 'texts' | 'plan' | 'clock'
  > & {
    readonly access: string;
    readonly conversions: Conversions;
    readonly documents: DocumentJoiner;
  },
  rule: Partial<FaxOutDeps['fax']> & { readonly maxPages?: number; readonly lines?: number } = {},
): FaxOutWorld {
  const told: string[] = [];
  const gateway = (name: GatewayName): TextGateway => ({
    name,
    send: async ({ to, body }: OutgoingText) => {
      told.push(`${to}: ${body}`);
      return {};
    },
  });
  const { maxPages = 20, lines = 2, ...fax } = rule;
  const all: FaxOutDeps = {
    ...deps,
    access: deps.access as FaxOutDeps['access'],
    random: systemRandom,
    log: silentLog,
    gateways: new Map([
      ['sip', gateway('sip')],
      ['email', gateway('email')],
    ]),
    mails: {
      write: async (_, body) => ({ body, mail: undefined as never }),
      over: async () => undefined,
    },
    retry: { maxTries: 1, firstRetryMs: 1000, maxRetryMs: 1000 },
    paper: createFaxPaper({ ...deps, maxPages }),
    lines,
    fax: { header: 'Answerback', maxSeconds: 600, maxTries: 3, retryMs: 60_000, ringSeconds: 10, ...fax },
    onDue: () => undefined,
  };
  return { faxOut: createFaxOut(all), told, deps: all };
}
