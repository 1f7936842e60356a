/** What the operator's routes ask. */
import type { Clock } from '../../../ports/clock.ts';
import type { ApiKeys } from '../../../services/api-keys.ts';
import type { Auditor } from '../../../services/audit.ts';
import type { Authentication } from '../../../services/authenticate.ts';
import type { Exports } from '../../../services/cdr-export.ts';
import type { Classes } from '../../../services/classes.ts';
import type { Directory } from '../../../services/directory.ts';
import type { Holds } from '../../../services/holds.ts';
import type { Letters } from '../../../services/letters.ts';
import type { LiveCalls } from '../../../services/live-calls.ts';
import type { Operators } from '../../../services/operators.ts';
import type { Roaming } from '../../../services/roaming.ts';
import type { Profiles } from '../../../services/profile.ts';
import type { SubscriberDesk } from '../../../services/subscriber-desk.ts';
import type { NotedSweep } from '../../../services/note-sweeps.ts';
import type { HookWatch } from '../../../services/watch-hooks.ts';
import type { NodeWatch } from '../../../services/watch-nodes.ts';
import type { Overview } from '../../../services/watch-over.ts';

export interface OperatorServices {
  readonly auditor: Pick<Auditor, 'note'>;
  readonly profiles: Profiles;
  readonly directory: Directory;
  readonly pins: Pick<Authentication, 'firstPin' | 'unlock' | 'accessOf'>;
  readonly holds: Holds;
  readonly desk: SubscriberDesk;
  readonly classes: Classes;
  readonly books: Exports;
  readonly letters: Letters;
  readonly overview: Overview;
  readonly sweep: NotedSweep;
  readonly nodes: NodeWatch & { readonly self: string };
  readonly hooks: HookWatch;
  readonly calls: Pick<LiveCalls, 'list'>;
  /** Who is at which node; absent: no other nodes are configured. */
  readonly roaming: Pick<Roaming, 'report' | 'visits'> | undefined;
  readonly keys: ApiKeys;
  readonly operators: Operators;
  readonly clock: Clock;
}
