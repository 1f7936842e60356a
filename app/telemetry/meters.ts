/** Hooks by which the store and the switch tell what they did. */
import type { FaultCode } from '../core/errors.ts';
import type { LabelsOf, Metrics } from '../ports/metrics.ts';

/** For every operation of the store. */
export function storeMeter(metrics: Metrics) {
  return (operation: string, seconds: number, fault: FaultCode | undefined): void => {
    metrics.observe('answerback_store_operation_seconds', { operation }, seconds);
    // A code that is in no list is counted as `other`.
    const code = fault as LabelsOf<'answerback_store_errors_total'>['code'] | undefined;
    if (code !== undefined) metrics.count('answerback_store_errors_total', { code });
  };
}

/** For every request to the switch and each connection to it. */
export function switchMeter(metrics: Metrics) {
  let connections = 0;
  return {
    onRequest(
      path: string,
      seconds: number,
      failed: LabelsOf<'answerback_switch_request_errors_total'>['reason'] | undefined,
    ): void {
      const resource = path as LabelsOf<'answerback_switch_request_seconds'>['resource'];
      metrics.observe('answerback_switch_request_seconds', { resource }, seconds);
      if (failed !== undefined) metrics.count('answerback_switch_request_errors_total', { reason: failed });
    },
    onConnected(): void {
      connections += 1;
      if (connections > 1) metrics.count('answerback_switch_reconnects_total', {});
    },
  };
}
