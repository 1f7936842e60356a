/** Puts together what the web's routes ask for. */
import type { GatewayName } from '../core/profile/class-of-service.ts';
import { createAnswers } from '../services/answer-sender.ts';
import { createCallRequests } from '../services/ask-call.ts';
import { createMessageChanges } from '../services/change-by-web.ts';
import type { Deliveries } from '../services/deliver.ts';
import { createWebDeposits } from '../services/deposit-by-web.ts';
import { createDevices } from '../services/devices.ts';
import { createDirectory } from '../services/directory.ts';
import { createForwards } from '../services/forward-message.ts';
import { createGreetings } from '../services/greetings.ts';
import { createPartMeasure } from '../services/measure-parts.ts';
import { createMessagePages } from '../services/message-pages.ts';
import { createMessageParts } from '../services/message-parts.ts';
import { createNotificationPages } from '../services/notification-pages.ts';
import { createReferences } from '../services/open-by-reference.ts';
import { createSelfService } from '../services/self-service.ts';
import { createThreads } from '../services/thread.ts';
import { createGreetingUploads } from '../services/upload-greeting.ts';
import type { Messaging } from './messaging.ts';
import type { Rooms } from './rooms.ts';
import type { Shared } from './shared.ts';

export type Serving = ReturnType<typeof createServing>;

/** The use cases of the API; the web gateway says which it needs. */
export function createServing(
  rooms: Pick<Rooms, 'config' | 'documents' | 'digest' | 'archive'>,
  shared: Shared,
  messaging: Pick<
    Messaging,
    | 'account'
    | 'allowance'
    | 'auditor'
    | 'authentication'
    | 'deposits'
    | 'lamps'
    | 'notify'
    | 'retrieval'
    | 'sends'
    | 'tolls'
  >,
  deliveries: Pick<Deliveries, 'request'>,
) {
  const { email, smpp, twilio, references } = rooms.config;
  const all = { ...shared, ...messaging };
  const greetings = createGreetings(all);
  const measure = createPartMeasure(rooms.documents);
  const byText: GatewayName | undefined =
    smpp.length > 0 ? 'smpp' : twilio === undefined ? undefined : 'twilio';
  const domains = email?.relay === undefined ? [] : email.domains;
  return {
    auditor: messaging.auditor,
    authentication: messaging.authentication,
    retrieval: messaging.retrieval,
    clock: shared.clock,
    plan: shared.plan,
    profiles: shared.profiles,
    directory: createDirectory({ ...shared, languages: shared.texts.languages }),
    selfService: createSelfService(shared),
    greetings,
    uploads: createGreetingUploads({ ...shared, greetings }),
    pages: createMessagePages(shared),
    parts: createMessageParts(all),
    changes: createMessageChanges(all),
    deposits: createWebDeposits({ ...all, measure, digest: rooms.digest }),
    measure,
    answers: createAnswers({ ...all, domains, byText }),
    forwards: createForwards({ ...all, measure }),
    calls: createCallRequests({ ...all, deliveries }),
    threads: createThreads(shared),
    references: createReferences({ ...all, limits: references }),
    notifications: createNotificationPages(shared.store),
    devices: createDevices(shared),
  };
}
