/** What operators ask. Shapes are those of the server’s own schemas. */
import type { z } from 'zod';
import type { cdrList, report } from '../../app/gateways/web/api/schema/books.ts';
import type { classList } from '../../app/gateways/web/api/schema/class.ts';
import type * as cluster from '../../app/gateways/web/api/schema/cluster.ts';
import type * as operation from '../../app/gateways/web/api/schema/operation.ts';
import type { Session } from '../../app/gateways/web/api/schema/session.ts';
import type { whereaboutsList } from '../../app/gateways/web/api/schema/roaming.ts';
import type * as staff from '../../app/gateways/web/api/schema/staff.ts';
import type {
  firstPin,
  importReport,
  subscriber,
  subscriberList,
} from '../../app/gateways/web/api/schema/subscriber.ts';
import { ask, type Answer } from './client.ts';

export type Subscriber = z.infer<typeof subscriber>;
export type SubscriberList = z.infer<typeof subscriberList>;
export type ImportReport = z.infer<typeof importReport>;
export type ClassList = z.infer<typeof classList>;
export type Endpoints = z.infer<typeof operation.trunkList>;
export type Calls = z.infer<typeof operation.callList>;
export type Queues = z.infer<typeof operation.queues>;
export type Letters = z.infer<typeof operation.letterList>;
export type Preview = z.infer<typeof operation.sweepPreview>;
export type SweepReport = z.infer<typeof operation.sweepReport>;
export type LastSweep = z.infer<typeof operation.lastSweep>;
export type Nodes = z.infer<typeof cluster.nodeList>;
export type Hooks = z.infer<typeof cluster.hookList>;
export type Audit = z.infer<typeof operation.auditList>;
export type Cdrs = z.infer<typeof cdrList>;
export type Report = z.infer<typeof report>;
export type Keys = z.infer<typeof staff.apiKeyList>;
export type MadeKey = z.infer<typeof staff.madeApiKey>;
export type OperatorList = z.infer<typeof staff.operatorList>;
export type OperatorRole = OperatorList['items'][number]['role'];
export type MadeOperator = z.infer<typeof staff.madeOperator>;
export type ChangedOperator = z.infer<typeof staff.changedOperator>;
export type FirstPin = z.infer<typeof firstPin>;
export type Whereabouts = z.infer<typeof whereaboutsList>;

export function signInAsOperator(name: string, password: string, totp: string): Promise<Answer<Session>> {
  return ask('POST', '/session/operator', { body: { name, password, ...(totp === '' ? {} : { totp }) } });
}
