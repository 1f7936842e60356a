import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { json } from 'node:stream/consumers';
import { ok, skipped, warn, wrong, type Check } from '../check.ts';

export const controller: Check = {
  name: 'controller',
  about: 'the controller at web.host and web.port says that it is ready',
  async run({ config, answerMs }) {
    const { host, port, tls } = config.web;
    if (port === 0) return [skipped('its port is a free one (web.port: 0): its log tells which')];
    const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
    const address = `${tls === undefined ? 'http' : 'https'}://${name.includes(':') ? `[${name}]` : name}:${port}`;
    const fix = 'start the controller; its log says what is wrong';
    let state: State | undefined;
    try {
      state = await readiness(`${address}/health/ready`, answerMs);
    } catch {
      return [wrong(`no controller answers at ${address}`, fix)];
    }
    if (state?.ok === true) return [ok(`ready at ${address}`)];
    if (state?.ok === undefined)
      return [warn(`what answers at ${address} is no controller`, 'give web.port a port of its own')];
    const away = Object.entries(state.parts ?? {}).flatMap(([part, told]) => badPart(part, told));
    return [
      wrong(`the controller at ${address} is not ready: ${away.join(', ') || 'it does not say why'}`, fix),
    ];
  },
};

interface State {
  readonly ok?: boolean;
  readonly parts?: Readonly<Record<string, unknown>>;
}

/** `undefined`: what answers speaks of no readiness. Its certificate is for another name, and is looked at by `certificates`. */
async function readiness(url: string, answerMs: number): Promise<State | undefined> {
  const secure = url.startsWith('https:');
  const options = { signal: AbortSignal.timeout(answerMs), headers: { connection: 'close' } };
  return new Promise((resolve, reject) => {
    const asked = secure
      ? secureRequest(url, { ...options, rejectUnauthorized: false })
      : plainRequest(url, options);
    asked.once('error', reject);
    asked.once('response', (answer) => {
      json(answer).then(
        (told) => resolve(told as State),
        () => resolve(undefined),
      );
    });
    asked.end();
  });
}

/** A part says only whether it is well, or also what its state is. */
function badPart(part: string, told: unknown): readonly string[] {
  if (typeof told === 'boolean') return told ? [] : [part];
  const { ok = true, state } = (told ?? {}) as { readonly ok?: boolean; readonly state?: string };
  return ok ? [] : [state === undefined ? part : `${part} (${state})`];
}
