import { readTag } from '../../core/message/recording-tag.ts';
import type { CallFacts } from '../../core/address/call-facts.ts';
import type { CallEntry } from '../../ports/media.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { AriCall } from './call.ts';
import type { CallDeps } from './call.ts';
import { codecOf } from './codec.ts';
import type { Codec } from './codec.ts';
import { endpointOf, outgoingFacts, readFacts } from './facts.ts';
import { Leg } from './leg.ts';
import type { Link } from './leg.ts';
import { TagsInHand } from '../parts/held-tags.ts';
import type { Queue } from '../parts/queue.ts';
import { asteriskTime } from './strays.ts';
import type { Found } from './takes.ts';
import { after } from '../parts/timer.ts';
import type { AriEvent, Channel } from './wire/resources.ts';

export interface CallsDeps extends CallDeps {
  readonly link: Link;
  readonly clock: Clock;
  readonly log: Log;
  readonly queue: Queue<AriCall>;
  /** Endpoints that are trunks. */
  readonly trunks: ReadonlySet<string>;
}

/** So long a recording takes at most to end with its call. */
const hangupMs = 200;

/** All calls in hand, by channel: makes them, and brings them what the switch says. */
export class Calls {
  readonly #deps: CallsDeps;
  readonly #byId = new Map<string, AriCall>();
  /** Also of calls whose channel has ended while their flow still has recordings in hand. */
  readonly #tags = new TagsInHand();

  constructor(deps: CallsDeps) {
    this.#deps = deps;
  }

  get all(): readonly AriCall[] {
    return [...this.#byId.values()];
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  owns(tag: string): boolean {
    return this.#tags.has(tag);
  }

  /** A caller that the dialplan handed over; `fax` is the same leg anew after a fax tone. */
  arrived(channel: Channel, args: readonly string[]): void {
    const before = this.#byId.get(channel.id);
    // Found by a look at the switch just before its event came.
    if (before?.entry.kind === 'resumed' || (before !== undefined && args[0] !== 'fax')) return;
    if (before !== undefined) this.ended(channel.id);
    const { facts, nativeFormat } = this.#read(channel, args[1] ?? '');
    this.#deps.queue.push(
      this.#make(channel, facts, codecOf(nativeFormat), { kind: args[0] === 'fax' ? 'fax' : 'incoming' }),
    );
  }

  /** A caller found up. One that was never answered has heard nothing of us: its call just begins. */
  resumed(channel: Channel, factsText: string, recording: Found | undefined): void {
    const { facts, nativeFormat } = this.#read(channel, factsText);
    const entry: CallEntry =
      channel.state === 'Up'
        ? { kind: 'resumed', ...(recording === undefined ? {} : { recording: { tag: recording.tag } }) }
        : { kind: 'incoming' };
    const call = this.#make(channel, facts, recording?.codec ?? codecOf(nativeFormat), entry);
    if (recording !== undefined) call.leg.tags.add(recording.tag);
    this.#deps.queue.push(call);
  }

  outgoing(channel: Channel, trunk: string, number: string): AriCall {
    return this.#make(channel, outgoingFacts(trunk, channel.protocol_id ?? '', number), codecOf('ulaw'), {
      kind: 'outgoing',
    });
  }

  /** A channel left our application: it has ended, a fax tone took it away, or the dialplan was given it. */
  left({ id, state }: Channel): void {
    const leg = this.#byId.get(id)?.leg;
    if (leg?.inDialplan) return;
    // Of a hang-up there was word before. It comes anew with the next event, which tells for certain that it was a fax tone.
    if (leg !== undefined && !leg.hungUp && state === 'Up') leg.becameFax = true;
    this.ended(id);
  }

  ended(id: string, how: 'ended' | 'detached' = 'ended'): void {
    const call = this.#byId.get(id);
    if (call === undefined) return;
    this.#byId.delete(id);
    call.leg.finish(how);
  }

  event(
    event: Exclude<
      AriEvent,
      {
        type:
          | 'StasisStart'
          | 'StasisEnd'
          | 'TextMessageReceived'
          | 'ApplicationReplaced'
          | 'ContactStatusChange';
      }
    >,
  ): void {
    switch (event.type) {
      case 'ChannelDtmfReceived':
        this.#byId.get(event.channel.id)?.leg.keys.press(event.digit);
        return;
      case 'ChannelHangupRequest':
      case 'ChannelDestroyed': {
        const leg = this.#byId.get(event.channel.id)?.leg;
        if (leg === undefined) return;
        leg.hungUp = true;
        // Of a hang-up from this side (`soft`) it is a flag of Asterisk's own, no Q.850 cause.
        const ours = event.type === 'ChannelHangupRequest' && event.soft === true;
        // Without a Reason header there is none: 16 is a normal end.
        if (!ours) leg.hangupCause ??= event.cause || 16;
        if (event.type === 'ChannelDestroyed') this.ended(leg.id);
        else if (leg.recording !== undefined) endEmptyRecording(leg, leg.recording.id);
        return;
      }
      case 'PlaybackFinished': {
        const playback = this.#byTarget(event.playback.target_uri)?.playback;
        if (playback?.id === event.playback.id) playback.finish(event.playback.state);
        return;
      }
      case 'RecordingFinished':
      case 'RecordingFailed': {
        const recording = this.#byTarget(event.recording.target_uri)?.recording;
        if (recording?.id !== event.recording.name) return;
        recording.finish(event.type === 'RecordingFailed' ? 'failed' : event.recording);
      }
    }
  }

  /** The newest recording of a call among those at the switch; one of the dialplan's own is left to `strays`. */
  static recordingOf(id: string, files: readonly Found[]): Found | undefined {
    const numbered = files.flatMap((found) => {
      const tag = readTag(found.tag);
      return tag?.callId === id && tag.use !== 'fax' && typeof tag.n === 'number'
        ? [{ found, n: tag.n }]
        : [];
    });
    return numbered.toSorted((a, b) => b.n - a.n)[0]?.found;
  }

  #byTarget(uri: string): Leg | undefined {
    return uri.startsWith('channel:') ? this.#byId.get(uri.slice('channel:'.length))?.leg : undefined;
  }

  #read(channel: Channel, text: string) {
    return readFacts(text, endpointOf(channel.name), channel.protocol_id ?? '', this.#deps.trunks);
  }

  #make(channel: Channel, facts: CallFacts, codec: Codec, entry: CallEntry): AriCall {
    const { link, log, clock } = this.#deps;
    const leg = new Leg(channel.id, link, log.child({ call: channel.id }), this.#tags.ofCall());
    const answered = channel.state === 'Up' ? clock.now() : undefined;
    const started = asteriskTime(channel.creationtime) ?? clock.now();
    const call = new AriCall({ leg, facts, entry, started, answered, codec }, this.#deps);
    this.#byId.set(channel.id, call);
    return call;
  }
}

/** A recording that had not begun at the hang-up waits 4 s for sound that cannot come; others end at once by themselves. */
function endEmptyRecording(leg: Leg, name: string): void {
  after(hangupMs, () => {
    if (leg.recording?.id === name) leg.tell('POST', `recordings/live/${encodeURIComponent(name)}/stop`);
  });
}
