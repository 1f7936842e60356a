/** Texts over Twilio's Messages API. Delivery receipts come to gateways/web. */
import type { Twilio } from 'twilio';
import type { OutgoingText, TextGateway } from '../../ports/gateway.ts';
import { twilioFault } from './twilio-faults.ts';

export interface TwilioSlice {
  /** Sending number, E.164. */
  readonly from: string;
  /** Stands for `https://api.twilio.com`. */
  readonly api?: string | undefined;
  /** Address of the web server as Twilio sees it. */
  readonly publicUrl: string;
  readonly accountSid: string;
  readonly authToken: string;
}

export interface TwilioDeps {
  /** Longest wait for an answer, in milliseconds; 10,000 if absent. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
/** How many of the newest texts to a recipient are looked through for one of unknown fate. */
const LOOK_BACK = 50;
/** How far the clocks of Twilio and of this machine may differ. */
const CLOCK_SLACK_MS = 10_000;

/** The library is large: it is loaded beside the start rather than before it. */
export function openTwilioGateway(slice: TwilioSlice, deps: TwilioDeps = {}): TextGateway & AsyncDisposable {
  const { accountSid, authToken, api, from, publicUrl } = slice;
  const statusCallback = `${publicUrl.replace(/\/+$/, '')}/webhooks/twilio/status`;
  const loading = import('./twilio-client.ts').then(({ createTwilioClient }) =>
    createTwilioClient({ accountSid, authToken, api, timeoutMs: deps.timeoutMs ?? TIMEOUT_MS }),
  );
  // Told by the first text.
  loading.catch(() => {});

  const send = async (text: OutgoingText): Promise<{ providerId?: string }> => {
    const client = await loading;
    const earlier =
      text.firstTried === undefined ? undefined : await find(client, from, text, text.firstTried);
    if (earlier !== undefined) return { providerId: earlier };
    const { sid } = await client.messages.create({ to: text.to, from, body: text.body, statusCallback });
    return sid ? { providerId: sid } : {};
  };
  return {
    name: 'twilio',
    send: async (text) => {
      try {
        return await send(text);
      } catch (error) {
        throw twilioFault(error);
      }
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

/** The id of a text that Twilio took although its answer was lost. Trial accounts get words put in front of the body. */
async function find(
  client: Twilio,
  from: string,
  text: OutgoingText,
  since: Date,
): Promise<string | undefined> {
  const texts = await client.messages.list({ to: text.to, from, limit: LOOK_BACK });
  const earliest = since.getTime() - CLOCK_SLACK_MS;
  return texts.find((taken) => taken.dateCreated.getTime() >= earliest && taken.body.endsWith(text.body))
    ?.sid;
}
