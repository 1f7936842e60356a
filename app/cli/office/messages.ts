/** What messages are changed and converted by. Lamps follow by the running controller's own rounds. */
import type { MessageId } from '../../core/ids.ts';
import type { Message } from '../../core/message/message.ts';
import { parseReference } from '../../core/reference/reference.ts';
import { createAccount } from '../../services/account.ts';
import type { ChangeDeps } from '../../services/change-message.ts';
import { createConversions, type Conversions } from '../../services/conversions.ts';
import { openSpeech } from '../../speech/open-speech.ts';
import { systemClock as clock } from '../../telemetry/system-clock.ts';
import { systemRandom as random } from '../../telemetry/system-random.ts';
import { openTransform } from '../../transform/open.ts';
import { Failure } from '../failure.ts';
import { openArchived } from './archived.ts';
import type { Office } from './office.ts';

/** By id or reference. @throws Failure `notFound` */
export async function findMessage({ store }: Office, name: string): Promise<Message> {
  const reference = parseReference(name);
  const found =
    reference === undefined
      ? await store.messages.get(name as MessageId)
      : await store.messages.byReference(reference);
  if (found !== undefined) return found;
  // What may be a reference is a secret also where it is wrong.
  const told = /^[\d\s.-]+$/.test(name) ? 'of this reference' : name;
  throw new Failure('notFound', `there is no message ${told}`);
}

/** For services that change messages; `flush` writes down what they did. */
export function changing({ store, profiles, log }: Office): ChangeDeps & { flush(): Promise<void> } {
  const account = createAccount({ cdrs: store.cdrs, clock, random, log });
  const lamps = { publish: async () => {} };
  return { store, lamps, account, profiles, clock, log, flush: () => account.flush() };
}

export interface Converting extends AsyncDisposable {
  readonly conversions: Conversions;
}

/** What this machine can turn content into; speech too where the words are wanted. */
export async function converting(office: Office, speaks: boolean): Promise<Converting> {
  const { config, store, log } = office;
  const transform = openTransform(config.tools, { log });
  const { language } = config.prompts;
  const speech = speaks ? await openSpeech({ ...config.speech, language }, config.tools, { log }) : undefined;
  const converters = [transform, ...(speech?.converters ?? [])];
  const archived = await openArchived(office);
  return {
    conversions: createConversions({ store, converters, log, archiving: archived.archiving }),
    async [Symbol.asyncDispose]() {
      await speech?.[Symbol.asyncDispose]();
      await transform[Symbol.asyncDispose]();
      await archived[Symbol.asyncDispose]();
    },
  };
}
