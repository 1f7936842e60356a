/** Texts over Twilio's Messages API. Delivery receipts come to gateways/web. */
import type { Twilio } from 'twilio';
import { Fault } from '../../core/errors.ts';
import type { OutgoingText, TextGateway } from '../../ports/gateway.ts';
import type { Log } from '../../ports/log.ts';
import { createTwilioClient } from './twilio-client.ts';
import { twilioFault } from './twilio-faults.ts';

export interface TwilioSlice {
  /** Sending number, E.164. */
  readonly from: string;
  /** Stands for `https://api.twilio.com`. */
  readonly api?: string | undefined;
  /** Address of the web server as Twilio sees it. */
  readonly publicUrl: string;
}

export interface TwilioDeps {
  readonly secrets: { readonly accountSid: string; readonly authToken: string };
  readonly log: Log;
  /** Longest wait for an answer, in milliseconds; 10,000 if absent. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
/** How many of the newest texts to a recipient are looked through for one of unknown fate. */
const LOOK_BACK = 50;
/** How far the clocks of Twilio and of this machine may differ. */
const CLOCK_SLACK_MS = 10_000;

export function openTwilioGateway(slice: TwilioSlice, deps: TwilioDeps): TextGateway & AsyncDisposable {
  const client = createTwilioClient({
    ...deps.secrets,
    api: slice.api,
    timeoutMs: deps.timeoutMs ?? TIMEOUT_MS,
  });
  const statusCallback = `${slice.publicUrl.replace(/\/+$/, '')}/webhooks/twilio/status`;

  const send = async (text: OutgoingText): Promise<{ providerId?: string }> => {
    const earlier =
      text.firstTried === undefined ? undefined : await find(client, slice.from, text, text.firstTried);
    if (earlier !== undefined) {
      deps.log.info('a text of unknown fate had been taken', { notification: text.id });
      return { providerId: earlier };
    }
    const { sid } = await client.messages.create({
      to: text.to,
      from: slice.from,
      body: text.body,
      statusCallback,
    });
    return sid ? { providerId: sid } : {};
  };
  return {
    name: 'twilio',
    send: async (text) => {
      try {
        return await send(text);
      } catch (error) {
        throw error instanceof Fault ? error : twilioFault(error);
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
