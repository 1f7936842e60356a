import type { RecordResult, RecordRule } from '../../ports/media.ts';
import type { Codec } from './codec.ts';
import type { Leg, RecordingEnd } from './leg.ts';
import { recordingName } from './takes.ts';
import type { Takes } from './takes.ts';
import { after } from '../parts/timer.ts';

export interface RecordDeps {
  readonly takes: Takes;
  readonly codec: Codec;
  /** Plays before it starts. */
  readonly beep: { readonly path: string; readonly ms: number } | undefined;
}

/** Asterisk ends a recording when no RTP has come for this long; phones that do not send silence do that. */
const rtpGapMs = 4000;
/** For so long packets are counted: more than one of the longest. */
const lookMs = 130;
/** A terminating key ends the recording at the switch; if it came before the start, we end it after this. */
const keyGraceMs = 300;

/** Everything between the start and the end of one recording, over gaps. */
interface Recording {
  readonly leg: Leg;
  readonly rule: RecordRule;
  readonly deps: RecordDeps;
  readonly startedAt: number;
  /** Monotonic milliseconds since which nothing has been added to the file. */
  quietSince: number;
  bytes: number;
  key: string | undefined;
}

/** Records into the switch's spool in the call's own codec. */
export async function record(leg: Leg, rule: RecordRule, deps: RecordDeps): Promise<RecordResult> {
  const beep = rule.beep ? deps.beep : undefined;
  const { tag } = rule;
  const { codec } = deps;
  leg.tags.add(tag);
  leg.keys.clear();
  const bytes = rule.append ? ((await deps.takes.extent({ tag, codec }))?.bytes ?? 0) : 0;
  const rest = { ...rule, maxSeconds: rule.maxSeconds - bytes / codec.bytesPerMs / 1000 };
  const recording = { ...begin(leg, rest, deps, performance.now() + (beep?.ms ?? 0)), bytes };
  // Queued at the switch one after the other: no event has to be waited for between tone and recording.
  if (beep !== undefined) {
    leg.tell('POST', `channels/${leg.id}/play/${leg.newId('beep')}`, { media: `sound:${beep.path}` });
  }
  return judge(recording, await segment(recording, rule.append ? 'append' : 'fail'));
}

/** Goes on with a recording that was running, or had just ended, when this process came to the call. */
export async function resumeRecording(leg: Leg, rule: RecordRule, deps: RecordDeps): Promise<RecordResult> {
  leg.tags.add(rule.tag);
  const found = { tag: rule.tag, codec: deps.codec };
  const age = await deps.takes.extent(found);
  const ran =
    age === undefined || age.born.getTime() === 0
      ? 0
      : Math.max(0, age.modified.getTime() - age.born.getTime());
  const recording = begin(leg, rule, deps, performance.now() - ran);
  return judge(recording, await segment(recording, 'running'));
}

function begin(leg: Leg, rule: RecordRule, deps: RecordDeps, startedAt: number): Recording {
  return { leg, rule, deps, startedAt, quietSince: startedAt, bytes: 0, key: undefined };
}

type SegmentEnd =
  | { readonly how: 'gone' }
  | { readonly how: 'over'; readonly end: RecordingEnd; readonly ms: number };

/** One recording of the switch, to its end. */
function segment(recording: Recording, ifExists: 'fail' | 'append' | 'running'): Promise<SegmentEnd> {
  const { leg, rule } = recording;
  const name = recordingName(rule.tag);
  const begun = Math.max(performance.now(), recording.startedAt);
  return new Promise((resolve, reject) => {
    let cancelKey = () => {};
    let cancelLimit = () => {};
    const cleanUp = () => {
      cancelKey();
      cancelLimit();
      leg.recording = undefined;
      leg.keys.listener = undefined;
      leg.gone.removeEventListener('abort', gone);
    };
    const settle = (end: SegmentEnd) => {
      cleanUp();
      resolve(end);
    };
    const gone = () => settle({ how: 'gone' });
    const running = {
      id: name,
      posted: ifExists === 'running',
      finish: (end: RecordingEnd) => settle({ how: 'over', end, ms: performance.now() - begun }),
    };
    leg.recording = running;
    leg.gone.addEventListener('abort', gone);
    leg.keys.listener = (key) => {
      if (recording.key !== undefined) return;
      leg.keys.clear();
      if (!rule.terminators.includes(key)) return;
      recording.key = key;
      // Stopped during the tone, a recording that has not begun would be in line still.
      const tone = Math.max(0, recording.startedAt - performance.now());
      cancelKey = after(tone + keyGraceMs, () =>
        leg.tell('POST', `recordings/live/${encodeURIComponent(name)}/stop`),
      );
    };
    // The switch keeps the limit; this is for an end of which no event tells.
    cancelLimit = after((secondsLeft(recording) + 10) * 1000, () => {
      leg.log.warn('a recording gave no sign of its end; going on');
      leg.tell('POST', `recordings/live/${encodeURIComponent(name)}/stop`);
      running.finish(undefined);
    });
    const started =
      ifExists === 'running'
        ? leg.find(`recordings/live/${encodeURIComponent(name)}`).then((live) => {
            if (live === undefined && leg.recording === running) running.finish(undefined);
            return 'ok' as const;
          })
        : leg.command(startCommand(recording, ifExists));
    started
      .then((result) => {
        running.posted = true;
        if (result === 'gone' && leg.recording === running) settle({ how: 'gone' });
      })
      .catch((error: unknown) => {
        if (leg.recording !== running) return;
        cleanUp();
        reject(error);
      });
  });
}

function startCommand(recording: Recording, ifExists: 'fail' | 'append') {
  const { leg, rule, deps } = recording;
  const keys = rule.terminators;
  return {
    method: 'POST' as const,
    uri: `channels/${leg.id}/record`,
    query: {
      name: recordingName(rule.tag),
      format: deps.codec.extension,
      maxDurationSeconds: secondsLeft(recording),
      maxSilenceSeconds: rule.maxSilenceSeconds,
      ifExists,
      // The switch knows one key or any; others are watched for here.
      ...(keys === '#' || keys === '*' ? { terminateOn: keys } : {}),
    },
    makes: `recordings/live/${encodeURIComponent(recordingName(rule.tag))}`,
    mayCollide: true,
  };
}

function secondsLeft(recording: Recording): number {
  const ran = Math.max(0, performance.now() - recording.startedAt) / 1000;
  return Math.max(1, Math.ceil(recording.rule.maxSeconds - ran));
}

/** Why did it end? Asterisk does not say, so it is told from what was seen and from what was recorded. */
async function judge(recording: Recording, over: SegmentEnd): Promise<RecordResult> {
  const { leg, rule, deps } = recording;
  if (leg.end === 'detached') return { kind: 'gone', take: undefined };
  const silent = over.how === 'over' && isRecording(over.end) && over.end.duration === undefined;
  const file =
    silent && recording.bytes === 0
      ? undefined
      : await deps.takes.extent({ tag: rule.tag, codec: deps.codec });
  const bytes = file?.bytes ?? 0;
  const take =
    file === undefined
      ? undefined
      : deps.takes.take({ tag: rule.tag, codec: deps.codec }, bytes, () => leg.tags.delete(rule.tag));
  if (take === undefined) await nothing(recording);
  if (over.how === 'gone' || leg.hungUp || leg.gone.aborted) {
    leg.finish('ended');
    return { kind: 'gone', take };
  }
  if (recording.key !== undefined) return { kind: 'key', key: recording.key, take };
  if (performance.now() - recording.startedAt >= rule.maxSeconds * 1000 - 200) return { kind: 'limit', take };
  if (over.end === 'failed' || over.end === undefined) {
    if (over.end === 'failed') leg.log.error('the switch could not go on recording: is its disk full?');
    return { kind: 'silence', take };
  }
  const added = (bytes - recording.bytes) / deps.codec.bytesPerMs;
  const missing = over.ms - added;
  if (await endedBySilence(recording, missing, added)) return { kind: 'silence', take };
  if (missing < rtpGapMs / 2 && (await leg.goneWithin(500))) return { kind: 'gone', take };
  recording.bytes = bytes;
  return judge(recording, await segment(recording, 'append'));
}

/**
 * Ended by silence, Asterisk has cut it off the file, all but 200 ms, and the phone goes on sending. After a gap in the RTP
 * the phone sends nothing; several gaps with nothing between are silence too. What else is missing was lost on the way.
 */
async function endedBySilence(recording: Recording, missing: number, added: number): Promise<boolean> {
  const limit = recording.rule.maxSilenceSeconds * 1000;
  if (missing >= limit - 400 && (await sendsSound(recording.leg))) return true;
  const now = performance.now();
  if (added > 200) recording.quietSince = now - Math.min(missing, rtpGapMs);
  return now - recording.quietSince >= limit - 300;
}

/** Whether RTP comes in now. */
async function sendsSound(leg: Leg): Promise<boolean> {
  const received = async () => {
    const statistics = (await leg.find(`channels/${leg.id}/rtp_statistics`).catch(() => undefined)) as
      | { readonly rxcount?: number }
      | undefined;
    return statistics?.rxcount ?? 0;
  };
  const before = await received();
  await leg.goneWithin(lookMs);
  return (await received()) > before;
}

/** The switch may have made a file before it had anything to write. */
async function nothing({ leg, rule, deps }: Recording): Promise<void> {
  leg.tags.delete(rule.tag);
  await deps.takes.remove({ tag: rule.tag, codec: deps.codec }).catch((error: unknown) => {
    leg.log.warn('an empty recording could not be removed', { error: String(error) });
  });
}

function isRecording(end: RecordingEnd): end is Exclude<RecordingEnd, 'failed' | undefined> {
  return end !== undefined && end !== 'failed';
}
