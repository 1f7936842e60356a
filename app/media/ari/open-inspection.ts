/** Looks at the switch from outside: takes over no application and changes nothing. */
import type { SwitchInfo, SwitchInspection } from '../../ports/inspection.ts';
import { ManagerClient, ManagerError } from './wire/manager.ts';

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
    serves: async (application) => (await ask(`applications/${encodeURIComponent(application)}`)).status === 200,
    async modules() {
      const { body } = await ask('asterisk/modules');
      const all = Array.isArray(body) ? (body as { name: string; status: string }[]) : [];
      return new Set(all.filter(({ status }) => status === 'Running').map(({ name }) => name));
    },
    async hasExtension(context, extension) {
      // A function is read like a global variable.
      const name = `DIALPLAN_EXISTS(${context},${extension},1)`;
      const { body } = await ask(`asterisk/variable?variable=${encodeURIComponent(name)}`);
      const value = (body as { value?: string } | undefined)?.value;
      return value === undefined || value === '' ? undefined : value === '1';
    },
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
  if (options.manager === undefined) return 'away';
  const client = new ManagerClient({ ...options.manager, timeoutMs: options.timeoutMs });
  try {
    await client.action('Ping', []);
    return 'answers';
  } catch (error) {
    return error instanceof ManagerError ? 'refused' : 'away';
  } finally {
    client.close();
  }
}
