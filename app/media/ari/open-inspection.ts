/** Looks at the switch from outside: takes over no application and changes nothing. */
import type { SwitchInfo, SwitchInspection } from '../../ports/inspection.ts';
import { AriDown } from './wire/errors.ts';
import { ManagerClient, ManagerError, type ManagerField } from './wire/manager.ts';

export interface SwitchInspectionOptions {
  /** Base address without `/ari`. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly manager?:
    | { readonly host: string; readonly port: number; readonly user: string; readonly password: string }
    | undefined;
  /** Longest wait for one answer, in milliseconds. */
  readonly timeoutMs: number;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly at: Date | undefined;
}

export function openSwitchInspection(options: SwitchInspectionOptions): SwitchInspection {
  const ask = (path: string): Promise<Answer> => get(options, path);
  return {
    info: () => info(ask),
    serves: async (application) =>
      (await ask(`applications/${encodeURIComponent(application)}`)).status === 200,
    async modules() {
      const { body } = await ask('asterisk/modules');
      const all = Array.isArray(body) ? (body as { name: string; status: string }[]) : [];
      return new Set(all.filter(({ status }) => status === 'Running').map(({ name }) => name));
    },
    async hasOurDialplan() {
      const { body } = await ask('asterisk/variable?variable=AB_OPEN');
      return (body as { value?: string } | undefined)?.value === '(';
    },
    hasExtension: (context, extension) => hasExtension(options, context, extension),
    async endpoint(name) {
      const { status, body } = await ask(`endpoints/PJSIP/${encodeURIComponent(name)}`);
      return status === 200 ? (body as { state?: string }).state : undefined;
    },
    manager: () => manager(options),
  };
}

async function info(ask: (path: string) => Promise<Answer>): Promise<SwitchInfo> {
  let answer: Answer;
  try {
    answer = await ask('asterisk/info');
  } catch (error) {
    const { cause, message } = error as Error;
    return { kind: 'away', why: cause instanceof Error ? cause.message : message };
  }
  if (answer.status === 401 || answer.status === 403) return { kind: 'refused' };
  const found = answer.body as
    | { system?: { version?: string }; status?: { startup_time?: string } }
    | undefined;
  const version = found?.system?.version;
  if (answer.status !== 200 || version === undefined)
    return { kind: 'away', why: `what answers there is no ARI (status ${answer.status})` };
  return {
    kind: 'answers',
    version,
    started: new Date(found?.status?.startup_time ?? 0),
    ...(answer.at === undefined ? {} : { at: answer.at }),
  };
}

async function get(options: SwitchInspectionOptions, path: string): Promise<Answer> {
  const { url, user, password, timeoutMs } = options;
  const response = await fetch(`${url.replace(/\/+$/, '')}/ari/${path}`, {
    headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  const at = new Date(response.headers.get('date') ?? Number.NaN);
  const body: unknown = await response.json().catch(() => undefined);
  return { status: response.status, body, at: Number.isNaN(at.getTime()) ? undefined : at };
}

async function manager(options: SwitchInspectionOptions): Promise<'answers' | 'refused' | 'away'> {
  try {
    await act(options, 'Ping', []);
    return 'answers';
  } catch (error) {
    return error instanceof ManagerError ? 'refused' : 'away';
  }
}

/** ARI answers no functions. */
async function hasExtension(
  options: SwitchInspectionOptions,
  context: string,
  extension: string,
): Promise<boolean | undefined> {
  if (options.manager === undefined) return undefined;
  try {
    const name = `DIALPLAN_EXISTS(${context},${extension},1)`;
    const value = (await act(options, 'Getvar', [['Variable', name]])).get('value');
    return value === undefined || value === '' ? undefined : value === '1';
  } catch (error) {
    // This user may not ask, or the function is not loaded.
    if (error instanceof ManagerError) return undefined;
    throw error;
  }
}

/** In a connection of its own. */
async function act(
  { manager, timeoutMs }: SwitchInspectionOptions,
  action: string,
  fields: readonly ManagerField[],
): Promise<ReadonlyMap<string, string>> {
  if (manager === undefined) throw new AriDown('manager: not configured');
  const client = new ManagerClient({ ...manager, timeoutMs });
  try {
    return await client.action(action, fields);
  } finally {
    client.close();
  }
}
