/** The subscriber's mobile network where texts go over SMPP: an SMSC on this machine with one phone behind it. */
import { openSmsc } from '../smsc/smsc.ts';
import type { PhoneText } from './baresip.ts';
import { access, subscriber } from './cast.ts';
import { expect } from './failure.ts';
import { until } from './wait.ts';

/** How the subscriber gets and answers texts. */
export interface Texting {
  /** The next text that arrives, or has arrived and was not taken yet. */
  nextText(expected: string, ms: number): Promise<PhoneText>;
  /** Answers the access number. */
  text(body: string): Promise<void>;
}

export interface MobileNetwork extends Texting, AsyncDisposable {
  /** The section `smpp` of the configuration. */
  readonly binds: readonly object[];
  readonly env: Readonly<Record<string, string>>;
}

/** @param signal ends the waits */
export async function openMobileNetwork(signal: AbortSignal): Promise<MobileNetwork> {
  const password = 'demo';
  const smsc = await openSmsc({ password });
  const { port } = smsc;
  const bind = { name: 'demo', host: '127.0.0.1', port, systemId: 'answerback', from: access };
  return {
    binds: [{ ...bind, callback: 'access', waiting: true }],
    env: { SMPP_PASSWORD_DEMO: password },
    async nextText(expected, ms) {
      const own = () => smsc.submitted.findIndex((text) => text.to === subscriber.number);
      await until(() => (own() < 0 ? undefined : true), { expected, ms, everyMs: 10, signal });
      const [text] = smsc.submitted.splice(own(), 1);
      if (text === undefined) throw new Error('the text is gone');
      // What the phone tells of it: it has arrived.
      if (text.receipt) await smsc.receipt(text.messageId, 'DELIVRD');
      return { from: `sip:+${text.from}@smpp`, body: text.body, at: text.at };
    },
    async text(body) {
      const status = await smsc.deliver({ from: subscriber.number, to: access, message: body });
      expect(status === 0, 'the answer to be taken', `status ${status}`);
    },
    [Symbol.asyncDispose]: () => smsc[Symbol.asyncDispose](),
  };
}
