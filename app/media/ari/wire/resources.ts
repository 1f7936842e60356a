/** What is used of ARI's resources and events (Asterisk 22, rest-api/api-docs). Fields not read here are left out. */

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly creationtime: string;
  readonly protocol_id?: string;
  /** Where it is, or will be next, in the dialplan. */
  readonly dialplan?: { readonly context: string; readonly exten: string };
}

export interface AsteriskInfo {
  /** `startup_time` in ISO 8601. */
  readonly status: { readonly startup_time: string };
}

export interface Application {
  readonly channel_ids: readonly string[];
}

export interface Endpoint {
  readonly resource: string;
  /** `online`, `offline` or `unknown`. */
  readonly state: string;
}

export interface LiveRecording {
  readonly name: string;
  readonly format: string;
  /** Whole seconds, not exact; absent if nothing was recorded. */
  readonly duration?: number;
  readonly target_uri: string;
}

export interface StoredRecording {
  readonly name: string;
  readonly format: string;
}

export interface Playback {
  readonly id: string;
  readonly target_uri: string;
  /** `done` or `failed` once it has finished. */
  readonly state: string;
}

/** Events that the adapter reads. */
export type AriEvent =
  | {
      readonly type: 'StasisStart';
      readonly application: string;
      readonly args: readonly string[];
      readonly channel: Channel;
    }
  | { readonly type: 'StasisEnd'; readonly application: string; readonly channel: Channel }
  | { readonly type: 'ChannelDtmfReceived'; readonly digit: string; readonly channel: Channel }
  | {
      readonly type: 'ChannelHangupRequest';
      readonly cause?: number;
      readonly soft?: boolean;
      readonly channel: Channel;
    }
  | { readonly type: 'ChannelDestroyed'; readonly cause: number; readonly channel: Channel }
  | { readonly type: 'PlaybackFinished'; readonly playback: Playback }
  | { readonly type: 'RecordingFinished' | 'RecordingFailed'; readonly recording: LiveRecording }
  | { readonly type: 'ApplicationReplaced'; readonly application: string }
  | ContactStatusChange
  | TextMessageReceived;

/** A phone's address came, went, or was found to answer or not. Registering an address again is none. */
export interface ContactStatusChange {
  readonly type: 'ContactStatusChange';
  readonly endpoint: Endpoint;
  readonly contact_info: {
    readonly uri: string;
    /** `NonQualified`, `Unknown`, `Reachable`, `Unreachable`, `Removed`. */
    readonly contact_status: string;
  };
}

export interface TextMessageReceived {
  readonly type: 'TextMessageReceived';
  readonly message: {
    readonly from: string;
    readonly to: string;
    readonly body: string;
    /** All SIP headers by name. */
    readonly variables?: Readonly<Record<string, string>>;
  };
  readonly endpoint?: Endpoint;
}

/** Events of calls that the switch shall send; all others are filtered out there, which saves both sides work. */
export const callEvents = [
  'StasisStart',
  'StasisEnd',
  'ChannelDtmfReceived',
  'ChannelHangupRequest',
  'ChannelDestroyed',
  'PlaybackFinished',
  'RecordingFinished',
  'RecordingFailed',
] as const satisfies readonly AriEvent['type'][];

/** Of the application for texts. */
export const textEvents = ['TextMessageReceived'] as const satisfies readonly AriEvent['type'][];
export const contactEvent = 'ContactStatusChange' satisfies AriEvent['type'];

/** Answers of REST over WebSocket pass the filter too: without their type nothing would be answered any more. */
export function eventFilter(types: readonly string[]) {
  return { allowed: ['RESTResponse', 'ApplicationReplaced', ...types].map((type) => ({ type })) };
}

const known: ReadonlySet<string> = new Set<AriEvent['type']>([
  ...callEvents,
  'ApplicationReplaced',
  contactEvent,
  ...textEvents,
]);
const needs: Readonly<Record<string, readonly string[]>> = {
  StasisStart: ['channel', 'args'],
  StasisEnd: ['channel'],
  ChannelDtmfReceived: ['channel', 'digit'],
  ChannelHangupRequest: ['channel'],
  ChannelDestroyed: ['channel'],
  PlaybackFinished: ['playback'],
  RecordingFinished: ['recording'],
  RecordingFailed: ['recording'],
  ContactStatusChange: ['endpoint', 'contact_info'],
  TextMessageReceived: ['message'],
};

/** An event that the adapter reads, if `message` is one and has the parts that are read. */
export function asEvent(message: Readonly<Record<string, unknown>>): AriEvent | undefined {
  const type = message['type'];
  if (typeof type !== 'string' || !known.has(type)) return undefined;
  for (const part of needs[type] ?? []) if (message[part] === undefined) return undefined;
  return message as unknown as AriEvent;
}
