import type { RecordResult, RecordRule, Take } from '../../ports/media.ts';
import type { ScriptedCall } from './scripted-call.ts';
import type { Takes } from './takes.ts';
import type { Tape } from './tape.ts';

/** Who has nothing to say is silent for ever. */
const endlessSilence = { kind: 'silence', ms: Infinity } as const;

/** Records what the script says until the rule or the script ends it. Keys that do not end it are dropped. */
export async function recordScript(
  call: ScriptedCall,
  rule: RecordRule,
  tape: Tape,
  takes: Takes,
  cut: AbortSignal,
): Promise<RecordResult> {
  call.running = { tag: rule.tag, tape };
  const take = (trimmed = false): Take | undefined => {
    call.running = undefined;
    const bytes = tape.bytes(trimmed);
    return bytes.length === 0 ? undefined : takes.keep(rule.tag, bytes);
  };
  const letGo = (): boolean => call.endedBy === 'switch';
  for (;;) {
    const act = await call.pressing(cut);
    if (act === 'stopped') return { kind: 'gone', take: letGo() ? undefined : take() };
    if (act === 'pressed') {
      const key = call.takeKey(rule.terminators);
      call.forgetKeys();
      if (key !== undefined) return { kind: 'key', key, take: take() };
      continue;
    }
    const { ms, end } = tape.add(act.kind === 'sound' ? act.sound : endlessSilence);
    if (act.kind === 'sound') call.person.done(ms);
    if (end !== undefined) return { kind: end, take: take(end === 'silence') };
  }
}
