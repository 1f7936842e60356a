import type { RecordResult, RecordRule } from '../../ports/media.ts';
import type { Medium } from '../parts/segments.ts';
import type { Leg } from './leg.ts';
import { playSegments } from './play.ts';
import type { Takes } from './takes.ts';

export interface RecordDeps {
  readonly takes: Takes;
  /** Plays before it starts. */
  readonly beep: Medium | undefined;
}

/** Average of samples below which 20 ms count as silence. */
const silenceLevel = 200;
/** The variable of the channel that tells the next controller what was being recorded. */
export const recordingVariable = 'answerback_recording';

/** Records into the folder that switch and controller share. */
export async function record(leg: Leg, rule: RecordRule, deps: RecordDeps): Promise<RecordResult> {
  leg.keys.clear();
  const before = rule.append === true ? await deps.takes.take(rule.tag, () => undefined) : undefined;
  leg.tags.add(rule.tag);
  if (deps.beep !== undefined) {
    const segment = { kind: 'media', media: [deps.beep], offsetMs: 0, ms: deps.beep.ms } as const;
    const { kind } = await playSegments(leg, [segment], {});
    if (kind === 'gone') return result(leg, rule, deps, { kind: 'gone' });
  }
  return run(leg, rule, deps, rule.maxSeconds - (before?.durationMs ?? 0) / 1000);
}

/** Goes on with a recording that was running when this process came to the call: what was said since has its own file. */
export async function resumeRecording(leg: Leg, rule: RecordRule, takes: Takes): Promise<RecordResult> {
  leg.tags.add(rule.tag);
  await brought(leg, rule, takes);
  const before = await takes.take(rule.tag, () => undefined);
  return run(
    leg,
    rule,
    { takes, beep: undefined },
    Math.max(1, rule.maxSeconds - (before?.durationMs ?? 0) / 1000),
  );
}

async function run(leg: Leg, rule: RecordRule, deps: RecordDeps, seconds: number): Promise<RecordResult> {
  let key = leg.keys.take(rule.terminators);
  if (key !== undefined) return result(leg, rule, deps, { kind: 'key', key });
  let begun = false;
  // The switch ends it by silence and at the limit, the keys are watched for here: more than one may end it. What has not
  // begun yet is not broken off.
  leg.keys.listener = (pressed) => {
    if (!rule.terminators.includes(pressed)) return;
    key ??= pressed;
    if (begun) leg.line.breakOff();
  };
  leg.began = () => {
    begun = true;
    if (key !== undefined) leg.line.breakOff();
  };
  leg.line.set(recordingVariable, rule.tag);
  const file = await deps.takes.nextFile(rule.tag);
  let event;
  try {
    const limit = Math.max(1, Math.ceil(seconds));
    event = await leg.line.execute('record', `${file} ${limit} ${silenceLevel} ${rule.maxSilenceSeconds}`);
  } finally {
    leg.keys.listener = undefined;
    leg.began = undefined;
    leg.keys.clear();
  }
  leg.line.set(recordingVariable, '');
  if (event === 'gone' || event.get('Answer-State') === 'hangup' || leg.gone.aborted)
    return result(leg, rule, deps, { kind: 'gone' });
  if (key !== undefined) return result(leg, rule, deps, { kind: 'key', key });
  const silent = event.variable('silence_hits_exhausted') === 'true';
  return result(leg, rule, deps, { kind: silent ? 'silence' : 'limit' });
}

/** Where it does not come now, the recording becomes a message later, as one that no call owns. */
async function brought(leg: Leg, rule: RecordRule, takes: Takes): Promise<void> {
  try {
    await takes.bring(rule.tag);
  } catch (error) {
    leg.log.error('a recording stays at the switch for now', { error: String(error) });
  }
}

type End = { readonly kind: 'gone' | 'silence' | 'limit' } | { readonly kind: 'key'; readonly key: string };

async function result(leg: Leg, rule: RecordRule, { takes }: RecordDeps, end: End): Promise<RecordResult> {
  // Let go of, the recording is whoever's that has the call next.
  if (leg.end === 'detached') return { kind: 'gone', take: undefined };
  const discarded = (): void => leg.tags.delete(rule.tag);
  await brought(leg, rule, takes);
  const take = await takes.take(
    rule.tag,
    discarded,
    end.kind === 'silence' ? rule.maxSilenceSeconds * 1000 : 0,
  );
  if (take === undefined) await takes.remove(rule.tag, discarded);
  return { ...end, take };
}
