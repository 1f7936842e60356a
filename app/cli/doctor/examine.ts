/** Looks at an installation: all checks side by side, each for a bounded time. */
import { loadConfig } from '../../config.ts';
import { isFault } from '../../core/errors.ts';
import { openSwitchInspection } from '../../media/ari/open-inspection.ts';
import { inTime } from '../../services/in-time.ts';
import { openStoreInspection } from '../../storage/open-inspection.ts';
import { configFile, placeholders } from '../office/config-file.ts';
import type { Terminal } from '../terminal.ts';
import { skipped, wrong, type Check, type Finding, type Patient } from './check.ts';

export interface Examination {
  readonly file: string | undefined;
  readonly findings: readonly (Finding & { readonly check: string })[];
}

/** One answer takes at most this share of the time of a check. */
const answerShare = 0.6;

/** @param seconds longest time of one check */
export async function examine(
  terminal: Terminal,
  given: string | undefined,
  checks: readonly Check[],
  seconds: number,
): Promise<Examination> {
  const { env } = terminal;
  const file = given ?? configFile(env);
  const read = readConfig(file, env);
  const told = read.problems.map((one) => ({ check: 'configuration', ...one }));
  if (read.loaded === undefined) return { file, findings: told };
  const { config, secrets } = read.loaded;
  const answerMs = seconds * 1000 * answerShare;
  await using store = openStoreInspection({ ...config.store, timeoutMs: answerMs });
  const { url, user, manager } = config.asterisk;
  const patient: Patient = {
    config,
    secrets,
    env,
    store,
    answerMs,
    switch: openSwitchInspection({
      url,
      user,
      password: secrets.ariPassword,
      manager: manager && { ...manager, password: secrets.amiPassword },
      timeoutMs: answerMs,
    }),
  };
  const found = await Promise.all(checks.map((check) => run(check, patient, seconds * 1000)));
  return { file, findings: [...told, ...found.flat()] };
}

function readConfig(file: string | undefined, env: Terminal['env']) {
  try {
    return { loaded: loadConfig(file, env), problems: [] };
  } catch (error) {
    const problems = problemsOf(error);
    try {
      // What is missing are secrets alone: all the rest can still be looked at.
      return { loaded: loadConfig(file, { ...placeholders, ...env }), problems };
    } catch {
      return { loaded: undefined, problems };
    }
  }
}

/** One for each line of the fault, which says what is allowed. */
function problemsOf(error: unknown): readonly Finding[] {
  if (!isFault(error, 'config-invalid')) throw error;
  const [title = '', ...lines] = error.message.split('\n  ');
  const fix = 'correct it; docs/configuration.md has every key';
  return (lines.length > 0 ? lines : [title]).map((line) => wrong(line, fix));
}

async function run(
  check: Check,
  patient: Patient,
  ms: number,
): Promise<readonly (Finding & { readonly check: string })[]> {
  const findings = await inTime(look(check, patient), ms).catch((error: unknown): readonly Finding[] => [
    wrong(`it could not be looked at: ${(error as Error).message}`, 'see what it says'),
  ]);
  const late = [
    wrong(`no answer within ${ms / 1000} s`, 'look at the load of this machine; --timeout gives it longer'),
  ];
  return (findings ?? late).map((one) => ({ check: check.name, ...one }));
}

const otherSwitch = 'the switch is FreeSWITCH: whether its controller reaches it is told by `controller`';

async function look({ ofAsterisk, run: found }: Check, patient: Patient): Promise<readonly Finding[]> {
  return ofAsterisk && patient.config.switch !== 'asterisk' ? [skipped(otherSwitch)] : found(patient);
}
