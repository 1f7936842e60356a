/**
 * Every metric of the product, as data: the code that counts, the page in docs/, the dashboard and the alerts are checked against
 * it. Names follow Prometheus (base units, `_total` for counters). No label holds a number, an address or an id: values come from
 * closed sets, so that the series are as many on a busy day as on a quiet one.
 */
import { depositScopes } from '../mailbox/deposit-limits.ts';
import { gatewayNames, messageKinds } from '../profile/class-of-service.ts';

export interface MetricSpec {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels?: Readonly<Record<string, LabelSet>>;
  /** Upper bounds of a histogram, in its unit. */
  readonly buckets?: readonly number[];
}

/** The values that a label may have, or how many there are at most where the code names them; any other becomes `other`. */
export type LabelSet = readonly string[] | { readonly atMost: number };

/** In place of a value that is in no set. */
export const otherLabel = 'other';

/** In seconds. What a caller waits for is told apart best around a second. */
const waits = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10] as const;
const operations = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5] as const;
const later = [0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200] as const;

export const callOutcomes = [
  'deposit',
  'abandoned',
  'announced',
  'empty',
  'full',
  'too-many',
  'listen',
  'refused',
  'deliver',
  'not-taken',
  'connect',
  'connect-sender',
  'connect-operator',
  'fax',
  'lost',
  'failed',
  otherLabel,
] as const;

export const queueNames = ['steps', 'notifications', 'deliveries', 'arrivals', 'faxes'] as const;
export type QueueName = (typeof queueNames)[number];

/** Counting what waits stops here: a scrape costs the same however much it is. */
export const mostCounted = 1000;

export const metrics = {
  answerback_calls_started_total: {
    kind: 'counter',
    help: 'Calls that this controller took in hand, by how they came.',
    labels: { entry: ['incoming', 'resumed', 'outgoing', 'fax'] },
  },
  answerback_calls_in_progress: {
    kind: 'gauge',
    help: 'Calls in hand now.',
    labels: { entry: ['incoming', 'resumed', 'outgoing', 'fax'] },
  },
  answerback_calls_ended_total: {
    kind: 'counter',
    help: 'Calls that are over, by what was done with them: as in the call detail records.',
    labels: { direction: ['inbound', 'outbound'], outcome: callOutcomes },
  },
  answerback_call_answer_seconds: {
    kind: 'histogram',
    help: 'From the moment that the switch saw a call until it was answered.',
    buckets: waits,
  },
  answerback_call_first_sound_seconds: {
    kind: 'histogram',
    help: 'From the answer until the switch began to play the first sound.',
    buckets: waits,
  },
  answerback_reference_playback_seconds: {
    kind: 'histogram',
    help: 'From the last digit of a reference until its message began to play; calls that ask for a PIN are left out.',
    buckets: waits,
  },
  answerback_hangup_stored_seconds: {
    kind: 'histogram',
    help: 'From the hang-up until the message was in the store, where the caller ended the recording by hanging up.',
    buckets: waits,
  },
  answerback_deposits_limited_total: {
    kind: 'counter',
    help: 'Messages refused because too many were left in a time: by one caller in all mailboxes, by one in one mailbox, in one mailbox.',
    labels: { kind: messageKinds, scope: depositScopes },
  },
  answerback_deposits_total: {
    kind: 'counter',
    help: 'Messages taken in: stored; on the disk until the store is back (spooled); stored before (duplicate); refused because the mailbox is full; taken by neither store nor disk (failed).',
    labels: { kind: messageKinds, result: ['stored', 'spooled', 'duplicate', 'refused_full', 'failed'] },
  },
  answerback_spool_moved_total: {
    kind: 'counter',
    help: 'Messages that went from the disk into the store once it was back.',
  },
  answerback_notice_seconds: {
    kind: 'histogram',
    help: 'From the deposit of a message until a network had the notice of it; quiet hours and tries count.',
    buckets: later,
  },
  answerback_texts_received_total: {
    kind: 'counter',
    help: 'Texts that came in.',
    labels: { network: ['sip', 'sms'] },
  },
  answerback_text_send_seconds: {
    kind: 'histogram',
    help: 'How long a network took to take a text or mail, or to refuse it.',
    labels: { gateway: gatewayNames },
    buckets: waits,
  },
  answerback_texts_sent_total: {
    kind: 'counter',
    help: 'Texts and mails handed to a network, by its answer: taken, refused for good, or unavailable for the time being.',
    labels: { gateway: gatewayNames, result: ['taken', 'refused', 'unavailable'] },
  },
  answerback_text_reports_total: {
    kind: 'counter',
    help: 'What networks reported of texts that they had taken.',
    labels: { gateway: gatewayNames, status: ['delivered', 'failed'] },
  },
  answerback_mails_received_total: {
    kind: 'counter',
    help: 'Mails that came in whole: taken, to come again, or refused for good.',
    labels: { result: ['taken', 'again', 'refused'] },
  },
  answerback_mail_recipients_total: {
    kind: 'counter',
    help: 'Recipients that mail clients named, by the answer.',
    labels: { verdict: ['taken', 'not-ours', 'unknown', 'full', 'suspended', 'too-large', 'reports-only'] },
  },
  answerback_smpp_binds: { kind: 'gauge', help: 'Binds to SMSCs that are configured.' },
  answerback_smpp_binds_up: { kind: 'gauge', help: 'Binds to SMSCs that texts can go out on now.' },
  answerback_sync_lag_seconds: {
    kind: 'gauge',
    help: 'How long the oldest change waits that a node does not have yet.',
    labels: { node: { atMost: 64 } },
  },
  answerback_sync_waiting: {
    kind: 'gauge',
    help: 'Messages that a node does not have as they are now.',
    labels: { node: { atMost: 64 } },
  },
  answerback_store_operation_seconds: {
    kind: 'histogram',
    help: 'Operations of the store, with waiting for a connection and tries, also those that failed.',
    labels: { operation: { atMost: 250 } },
    buckets: operations,
  },
  answerback_store_errors_total: {
    kind: 'counter',
    help: 'Operations of the store that failed.',
    labels: { code: ['store-unavailable', 'store-failed', 'duplicate', otherLabel] },
  },
  answerback_switch_request_seconds: {
    kind: 'histogram',
    help: 'Requests to the switch (ARI) until their answer, by what they are about.',
    labels: {
      resource: [
        'applications',
        'asterisk',
        'bridges',
        'channels',
        'deviceStates',
        'endpoints',
        'mailboxes',
        'playbacks',
        'recordings',
        otherLabel,
      ],
    },
    buckets: operations,
  },
  answerback_switch_request_errors_total: {
    kind: 'counter',
    help: 'Requests to the switch that failed: refused by it, without an answer in time, or without a connection.',
    labels: { reason: ['refused', 'timeout', 'down'] },
  },
  answerback_switch_reconnects_total: {
    kind: 'counter',
    help: 'Connections to the switch after the first.',
  },
  answerback_queue_due: {
    kind: 'gauge',
    help: `Work that is due now and that nobody has in hand, over all controllers; counted up to ${mostCounted}.`,
    labels: { queue: queueNames },
  },
  answerback_queue_oldest_due_seconds: {
    kind: 'gauge',
    help: 'How long the oldest of it has been due; 0 if nothing is.',
    labels: { queue: queueNames },
  },
  answerback_dead_letters: {
    kind: 'gauge',
    help: `Notices that were given up in the last 90 days, counted up to ${mostCounted}.`,
  },
  answerback_spool_deposits: { kind: 'gauge', help: 'Messages on this disk that wait for the store.' },
  answerback_spool_oldest_seconds: {
    kind: 'gauge',
    help: 'How long the oldest of them has waited; 0 if none does.',
  },
  answerback_spool_free_bytes: { kind: 'gauge', help: 'Room that is left on the disk of the spool.' },
  answerback_conversions_running: { kind: 'gauge', help: 'Messages being put into another form.' },
  answerback_conversions_waiting: { kind: 'gauge', help: 'Messages that wait for their turn to be.' },
  answerback_conversion_seconds: {
    kind: 'histogram',
    help: 'Steps from one form to another, by what they make, also those that failed.',
    labels: { to: ['application', 'audio', 'image', 'text', 'video', otherLabel] },
    buckets: later,
  },
  answerback_conversion_errors_total: {
    kind: 'counter',
    help: 'Steps from one form to another that failed: content that cannot be converted, or not by this machine, or not now.',
    labels: { code: ['invalid', 'not-found', 'media-failed', 'media-unavailable', otherLabel] },
  },
  answerback_part_up: {
    kind: 'gauge',
    help: 'Whether a part does its work, as /health/ready tells: 1 or 0.',
    labels: { part: ['store', 'switch', 'spool', 'controller'] },
  },
  answerback_log_lines_total: {
    kind: 'counter',
    help: 'Warnings and errors in the log.',
    labels: { level: ['warn', 'error'] },
  },
  answerback_build_info: {
    kind: 'gauge',
    help: 'Always 1; its labels tell what runs.',
    labels: { version: { atMost: 1 }, node: { atMost: 1 } },
  },
} as const satisfies Readonly<Record<string, MetricSpec>>;

export type MetricName = keyof typeof metrics;
