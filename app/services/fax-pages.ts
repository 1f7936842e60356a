/** The pages of a fax that is a message. */
import { Fault, isFault, isTemporary } from '../core/errors.ts';
import type { MediaId } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { Message } from '../core/message/message.ts';
import { wordsPart } from '../core/message/words.ts';
import type { Content } from '../ports/convert.ts';
import type { FaxDocument, FaxJob } from '../ports/fax-jobs.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import type { Conversions } from './conversions.ts';
import type { FaxPaper } from './fax-paper.ts';
import type { Profiles } from './profile.ts';

/** Longest time that making the pages of a message takes, in milliseconds. */
const makeMs = 300_000;

export interface FaxPagesDeps {
  readonly store: Pick<Store, 'messages' | 'media' | 'faxes'>;
  readonly conversions: Pick<Conversions, 'part' | 'words' | 'leads'>;
  readonly paper: FaxPaper;
  readonly profiles: Profiles;
  readonly log: Log;
}

/**
 * The pages of a message, made once; `undefined` if none can be made of it.
 * @throws Fault if the store or a program is away
 */
export async function preparePages(
  deps: FaxPagesDeps,
  job: FaxJob,
  mailbox: Mailbox,
): Promise<FaxDocument | undefined> {
  const message = job.message === undefined ? undefined : await deps.store.messages.get(job.message);
  if (message === undefined) return undefined;
  const { language } = deps.profiles.of(mailbox);
  const options = { language, signal: AbortSignal.timeout(makeMs) };
  try {
    const contents: Content[] = [];
    for (const [index, part] of message.envelope.parts.entries()) {
      if (!deps.paper.faxable(part.contentType) || part.contentType.startsWith('text/')) continue;
      const form = part.contentType.startsWith('image/tiff') ? 'image/tiff' : 'application/pdf';
      const content = await deps.conversions.part(message, index, form, options);
      // Half a message is not what was sent.
      if (content === undefined)
        throw new Fault('media-failed', `no pages can be made of ${part.contentType}`, { temporary: false });
      contents.push(content);
    }
    const words = await deps.conversions.words(message, 'application/pdf', options);
    if (words === undefined && hasWords(message) && !deps.conversions.leads('text/plain', 'application/pdf'))
      throw new Fault('media-failed', 'no page can be made of words', { temporary: false });
    const all = [...(words === undefined ? [] : [words]), ...contents];
    const made = await deps.paper.make(all, undefined, options);
    const document = { media: job.id as string as MediaId, pages: made.pages ?? 1 };
    await deps.store.media.put(document.media, made.contentType, made.bytes, mailbox.id);
    await deps.store.faxes.prepared(job.id, document);
    return document;
  } catch (error) {
    if (isTemporary(error) || isFault(error, 'not-found')) throw error;
    deps.log.info('a message cannot be faxed', { error, message: message.id });
    return undefined;
  }
}

function hasWords(message: Message): boolean {
  return (message.transcript ?? message.envelope.subject ?? '') !== '' || wordsPart(message) !== undefined;
}
