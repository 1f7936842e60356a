/** Notices and events to programs: JSON by POST, signed (Standard Webhooks). Whoever sends tries again and gives up. */
import { Fault } from '../../core/errors.ts';
import { hookNameOf } from '../../core/notification/hook.ts';
import type { OutgoingText, TextGateway } from '../../ports/gateway.ts';
import type { Poster } from '../../ports/post.ts';
import { secretFor, signedHeaders } from './sign.ts';

export interface WebhookSlice {
  readonly hooks: readonly { readonly name: string; readonly url: string; readonly secret: string }[];
  /** What secrets of other addresses are made of; without it nothing goes there. */
  readonly ofRules?: string | undefined;
  /** For one request, in milliseconds. */
  readonly timeoutMs: number;
}

interface Target {
  readonly url: string;
  readonly secret: string;
  readonly trusted: boolean;
}

const mostBytes = 256 * 1024;

export function openWebhookGateway(
  { hooks, ofRules, timeoutMs }: WebhookSlice,
  { poster }: { readonly poster: Poster },
): TextGateway & AsyncDisposable {
  const targetOf = (to: string): Target | undefined => {
    const name = hookNameOf(to);
    if (name === undefined)
      return ofRules === undefined ? undefined : { url: to, secret: secretFor(ofRules, to), trusted: false };
    const hook = hooks.find((one) => one.name === name);
    return hook && { ...hook, trusted: true };
  };
  return {
    name: 'webhook',
    async send(text) {
      const target = targetOf(text.to);
      if (target === undefined) throw refused('there is no such hook, or no secret for it');
      const body = bodyOf(text);
      if (Buffer.byteLength(body) > mostBytes) throw refused('it is too large');
      const at = Math.floor(Date.now() / 1000);
      const headers = {
        'content-type': 'application/json',
        ...signedHeaders(target.secret, text.id, at, body),
      };
      const { url, trusted } = target;
      const result = await poster.post(url, { headers, body, timeoutMs, trusted });
      switch (result.kind) {
        case 'unsafe':
          throw refused('the address is none that may be asked');
        case 'unreachable':
          throw unavailable(`no answer: ${result.why}`);
        case 'answered':
          if (result.status >= 200 && result.status < 300) return {};
          // Whoever is gone says so and wants no more (RFC 9110, section 15.5.11); all else may be mended.
          if (result.status === 410) throw refused('the far side wants no more of it');
          throw unavailable(`answered ${result.status}`);
      }
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

/** An event is written already; a notice is written here. */
function bodyOf({ id, body, about }: OutgoingText): string {
  if (about === undefined || about.kind === 'event') return body;
  const { kind, mailbox, message, created } = about;
  const data = { id, kind, mailbox, ...(message === undefined ? {} : { message }), text: body };
  return JSON.stringify({ type: 'notice', timestamp: created.toISOString(), data });
}

function refused(why: string): Fault {
  return new Fault('gateway-refused', `webhook: ${why}`, { temporary: false });
}

function unavailable(why: string): Fault {
  return new Fault('gateway-unavailable', `webhook: ${why}`, { temporary: true });
}
