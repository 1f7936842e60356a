/** Messages in other forms: sound as words, words as sound, a fax as pictures. What was made is kept with the message. */
import { derivedId, wordsId } from '../core/conversion/derived-id.ts';
import { isTimed, mediaType } from '../core/conversion/media-type.ts';
import { wayTo } from '../core/conversion/way.ts';
import type { MediaId } from '../core/ids.ts';
import type { Derived, Message } from '../core/message/message.ts';
import { keptPart } from '../core/message/kept.ts';
import { wordsOf } from '../core/message/text-part.ts';
import { later } from '../core/retention/judge.ts';
import { spokenWords, wordsPart, writtenWords } from '../core/message/words.ts';
import type { Content, Converter, ConvertOptions } from '../ports/convert.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import { convert, legsOf, type Leg } from './conversion-way.ts';
import { Places } from './places.ts';
import { readPart, type PartReader } from './read-part.ts';
import { SharedWork } from './shared-work.ts';

/** Conversions under way at once; the converters themselves have limits of their own. */
const defaultAtOnce = 4;
/** Conversions that wait for their turn; more would be in vain when it comes. */
const mostWaiting = 64;

export interface ConversionDeps {
  readonly store: {
    readonly messages: Pick<Store['messages'], 'get' | 'addDerived'>;
    readonly media: Store['media'];
  };
  readonly archiving?: PartReader['archiving'];
  /** What this machine, and services elsewhere, can do. */
  readonly converters: readonly Converter[];
  readonly log: Log;
  readonly clock?: Clock;
  /** Most under way at once; default 4. */
  readonly atOnce?: number;
}

/** All reject with the `Fault` of the converter that failed, if no other way is left, and with the reason of a signal. */
export interface Conversions {
  /**
   * One part of a message in a form, as it came if it has that form already; `undefined` if no way leads there or its
   * bytes are gone. Made once: later it is read from the store.
   * @param form media type without parameters, in lower case
   */
  part(message: Message, index: number, form: string, options: ConvertOptions): Promise<Content | undefined>;
  /**
   * The words of a message (its text, subject and body, or transcript) in a form; `undefined` if it has none, or no way
   * leads there. As sound they begin with the sender's name or address, where there is no number that a telephone could say.
   */
  words(message: Message, form: string, options: ConvertOptions): Promise<Content | undefined>;
  /** Content that belongs to no message (yet). */
  content(content: Content, form: string, options: ConvertOptions): Promise<Content | undefined>;
  /** Whether any way leads from a media type to a form; each step may still fail. */
  leads(contentType: string, form: string): boolean;
  /** How many are under way, and how many wait for their turn. */
  readonly load: Places['load'];
}

export function createConversions(deps: ConversionDeps): Conversions {
  const work: Work = {
    ...deps,
    // Anew each time: what turned out to be missing on this machine is no way any more.
    get legs() {
      return legsOf(deps.converters);
    },
    places: new Places(deps.atOnce ?? defaultAtOnce, mostWaiting),
    shared: new SharedWork(),
  };
  return {
    part: (message, index, form, options) => partIn(work, message, index, form, options),
    words: (message, form, options) => wordsIn(work, message, form, options),
    async content(content, form, options) {
      if (mediaType(content.contentType) === form) return content;
      return work.places.run(() => convert(work, content, form, options), options.signal);
    },
    leads: (contentType, form) => wayTo(work.legs, mediaType(contentType), form) !== undefined,
    get load() {
      return work.places.load;
    },
  };
}

interface Work extends ConversionDeps {
  readonly legs: readonly Leg[];
  readonly places: Places;
  readonly shared: SharedWork<Content | undefined>;
}

async function partIn(
  work: Work,
  message: Message,
  index: number,
  form: string,
  options: ConvertOptions,
): Promise<Content | undefined> {
  const part = keptPart(message, index);
  if (part === undefined) return undefined;
  const { media, contentType } = part;
  const read = (): Promise<Content | undefined> => readPart(work, message, index);
  if (mediaType(contentType) === form) return read();
  const made = derivedId(media, contentType, form, options.language);
  const target = { of: index, media: withPage(made, options.page), form };
  return kept(work, message, target, read, options);
}

/** The first page is what anybody gets who names none. */
function withPage(made: MediaId, page = 1): MediaId {
  return page === 1 ? made : (`${made}#${page}` as MediaId);
}

async function wordsIn(
  work: Work,
  message: Message,
  form: string,
  options: ConvertOptions,
): Promise<Content | undefined> {
  const body = message.transcript ?? (await bodyOf(work, message, options));
  const text = (isTimed(form) ? spokenWords : writtenWords)(message, body);
  if (text === '') return undefined;
  const source = { contentType: 'text/plain; charset=utf-8', bytes: new TextEncoder().encode(text) };
  if (form === 'text/plain') return source;
  const media = wordsId(message.id, text.length, form, options.language);
  return kept(work, message, { media, form }, async () => source, options);
}

/** What is written in a message that does not bear its words beside it. */
async function bodyOf(work: Work, message: Message, options: ConvertOptions): Promise<string | undefined> {
  const index = wordsPart(message);
  const text = index === undefined ? undefined : await partIn(work, message, index, 'text/plain', options);
  return text && wordsOf(text.bytes);
}

type Target = Pick<Derived, 'of' | 'media' | 'form'>;

/** As it lies in the store, or made now: once, however many ask for it. */
function kept(
  work: Work,
  message: Message,
  target: Target,
  read: () => Promise<Content | undefined>,
  { language, page, signal }: ConvertOptions,
): Promise<Content | undefined> {
  const make = async (stop: AbortSignal): Promise<Content | undefined> => {
    const known = await find(work, message, target.media);
    if (known !== undefined) return known;
    const made = await work.places.run(async () => {
      const source = await read();
      return source && convert(work, source, target.form, { language, page, signal: stop });
    }, stop);
    if (made !== undefined) await keep(work, message, target, made);
    return made;
  };
  return work.shared.run(target.media, make, signal);
}

/** The message may be older than what was made of it. */
async function find({ store }: Work, message: Message, id: MediaId): Promise<Content | undefined> {
  const of = (one: Message | undefined): Derived | undefined =>
    one?.derived?.find(({ media }) => media === id);
  const derived = of(message) ?? of(await store.messages.get(message.id));
  if (derived === undefined) return undefined;
  const bytes = (await store.media.get(id))?.bytes;
  return bytes && content(derived, bytes);
}

/** What cannot be kept is there all the same, and will be made again. */
async function keep(
  { store, log, clock }: Work,
  message: Message,
  target: Target,
  made: Content,
): Promise<void> {
  // When words are said is kept with the transcript.
  const { bytes, spans: _, ...facts } = made;
  try {
    await store.media.put(target.media, made.contentType, bytes, message.mailbox);
    const derived = { ...target, ...facts, bytes: bytes.length };
    // What is kept in less space is not to take more again for ever: automatic management finds out, when access to it is noted.
    const lookBy = message.tier === 'live' || clock === undefined ? undefined : later(clock.now(), 1);
    const there = await store.messages.addDerived(message.id, derived, lookBy);
    // It was removed meanwhile, and this with it.
    if (!there) await store.media.delete(target.media);
  } catch (error) {
    log.warn('a part in another form was not kept', { error, message: message.id });
  }
}

interface Facts {
  readonly contentType: string;
  readonly durationMs?: number | undefined;
  readonly pages?: number | undefined;
}

function content({ contentType, durationMs, pages }: Facts, bytes: Uint8Array): Content {
  return {
    contentType,
    bytes,
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(pages === undefined ? {} : { pages }),
  };
}
