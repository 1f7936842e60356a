/** What the routes ask: use cases, one for each of their questions. */
import type { Message } from '../../../core/message/message.ts';
import type { Mailbox } from '../../../core/mailbox/mailbox.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Answers } from '../../../services/answer-sender.ts';
import type { CallRequests } from '../../../services/ask-call.ts';
import type { Auditor } from '../../../services/audit.ts';
import type { Authentication } from '../../../services/authenticate.ts';
import type { MessageChanges } from '../../../services/change-by-web.ts';
import type { WebDeposits } from '../../../services/deposit-by-web.ts';
import type { Devices } from '../../../services/devices.ts';
import type { Directory } from '../../../services/directory.ts';
import type { Forwards } from '../../../services/forward-message.ts';
import type { Greetings } from '../../../services/greetings.ts';
import type { PartMeasure } from '../../../services/measure-parts.ts';
import type { MessagePages } from '../../../services/message-pages.ts';
import type { MessageParts } from '../../../services/message-parts.ts';
import type { NotificationPages } from '../../../services/notification-pages.ts';
import type { References } from '../../../services/open-by-reference.ts';
import type { Profiles } from '../../../services/profile.ts';
import type { Retrieval } from '../../../services/retrieve.ts';
import type { SelfService } from '../../../services/self-service.ts';
import type { Threads } from '../../../services/thread.ts';
import type { GreetingUploads } from '../../../services/upload-greeting.ts';
import type { NumberPlan } from '../../../core/address/number-plan.ts';

export interface ApiServices {
  readonly directory: Pick<Directory, 'byId' | 'changeSettings' | 'known'>;
  readonly selfService: Pick<SelfService, 'setNotices'>;
  readonly authentication: Pick<Authentication, 'hasPin' | 'login' | 'setPin'>;
  readonly profiles: Profiles;
  readonly plan: Pick<NumberPlan, 'parse'>;
  readonly greetings: Pick<Greetings, 'remove'>;
  readonly uploads: GreetingUploads;
  readonly retrieval: Pick<Retrieval, 'message'>;
  readonly pages: MessagePages;
  readonly parts: MessageParts;
  readonly changes: MessageChanges;
  readonly deposits: WebDeposits;
  readonly measure: PartMeasure;
  readonly answers: Answers;
  readonly forwards: Forwards;
  readonly calls: CallRequests;
  readonly threads: Threads;
  readonly references: References;
  readonly notifications: NotificationPages;
  readonly devices: Devices;
  readonly auditor: Pick<Auditor, 'note'>;
  readonly clock: Clock;
}

/** What is asked for, whoever asks. */
export interface Subject {
  readonly message: Message;
  readonly mailbox: Mailbox;
}
