import { usualDepositLimits } from '../../app/core/mailbox/deposit-limits.ts';
import type { ClassOfService } from '../../app/core/profile/class-of-service.ts';

export function sampleClass(change: Partial<ClassOfService> = {}): ClassOfService {
  return {
    name: 'standard',
    language: 'en',
    timeZone: 'UTC',
    maxMessageSeconds: 60,
    maxSilenceSeconds: 5,
    minSpeechMs: 300,
    retentionDays: 30,
    referenceDays: 7,
    maxMessages: 10,
    review: true,
    notify: [],
    welcome: true,
    lamp: false,
    trashDays: 7,
    pin: 'untrusted',
    toll: { rules: [{ allow: true, destination: 'internal' }], dailyCalls: 50 },
    deliverByCall: false,
    // Tests leave many messages in a moment.
    deposits: { ...usualDepositLimits, enabled: false },
    ...change,
  };
}
