import type { OperatorList } from '../../api/operator.ts';
import { session } from '../../state/session.ts';

export type OneOperator = OperatorList['items'][number];

/** Whether it is who looks at the page. */
export function isSelf({ name }: OneOperator): boolean {
  const who = session.value;
  return who.kind === 'operator' && who.name === name;
}
