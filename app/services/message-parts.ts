/** The content of messages for screens and programs: as it came, or in a form that they can show. */
import { isTimed, mediaType, topLevel } from '../core/conversion/media-type.ts';
import { Fault } from '../core/errors.ts';
import type { Message } from '../core/message/message.ts';
import type { Content } from '../ports/convert.ts';
import type { Store } from '../ports/store.ts';
import type { Conversions } from './conversions.ts';
import { readPart, type PartReader } from './read-part.ts';
import type { Retrieval } from './retrieve.ts';

/** Forms that are offered, by what they are made of. */
const soundForms = ['audio/mpeg', 'audio/ogg', 'audio/x-wav'];
const pictureForms = ['image/png', 'image/jpeg'];
const paperForms = ['application/pdf', 'image/png', 'text/plain'];

export interface PartRequest {
  /** Media type without parameters; absent: as it came, or is kept now. */
  readonly form?: string | undefined;
  /** From 1. */
  readonly page?: number | undefined;
  readonly language: string;
  readonly signal: AbortSignal;
}

export type PartResult =
  | { readonly kind: 'content'; readonly content: Content }
  | { readonly kind: 'no-part' }
  | { readonly kind: 'no-form' }
  /** Its bytes are lost. */
  | { readonly kind: 'gone' };

export interface MessageParts {
  /** Media types that a part can be had in, the first as it came. */
  forms(message: Message, index: number): readonly string[];
  /**
   * One that lies in the archive is brought back. Access to the message is noted.
   * @throws Fault if store, archive or converter is away; the signal's reason
   */
  content(message: Message, index: number, request: PartRequest): Promise<PartResult>;
  /** The envelope's XML as it was written; `undefined` if the message is gone. @throws Fault if the store is away */
  envelope(message: Message): Promise<string | undefined>;
}

export interface PartsDeps extends PartReader {
  readonly store: PartReader['store'] & {
    readonly messages: Pick<Store['messages'], 'envelopeXml'>;
  };
  readonly conversions: Pick<Conversions, 'part' | 'leads'>;
  readonly retrieval: Pick<Retrieval, 'accessed' | 'bringBack'>;
}

export function createMessageParts(deps: PartsDeps): MessageParts {
  return {
    forms: (message, index) => formsOf(deps, message, index),
    content: (message, index, request) => content(deps, message, index, request),
    envelope: ({ id }) => deps.store.messages.envelopeXml(id),
  };
}

function formsOf({ conversions }: PartsDeps, { envelope }: Message, index: number): readonly string[] {
  const part = envelope.parts[index];
  if (part === undefined) return [];
  const own = mediaType(part.contentType);
  const others = offered(own).filter((form) => form !== own && conversions.leads(own, form));
  return [own, ...others];
}

function offered(type: string): readonly string[] {
  if (isTimed(type)) return topLevel(type) === 'video' ? [...soundForms, 'image/png'] : soundForms;
  if (type === 'image/tiff') return ['application/pdf', 'image/png'];
  if (topLevel(type) === 'image') return pictureForms;
  return type === 'application/pdf' || type === 'text/plain' ? paperForms : [];
}

async function content(
  deps: PartsDeps,
  message: Message,
  index: number,
  { form, page, language, signal }: PartRequest,
): Promise<PartResult> {
  const part = message.envelope.parts[index];
  if (part === undefined) return { kind: 'no-part' };
  // WAV has two names.
  const wanted = form === 'audio/wav' && mediaType(part.contentType) !== form ? 'audio/x-wav' : form;
  if (wanted !== undefined && !formsOf(deps, message, index).includes(wanted)) return { kind: 'no-form' };
  if (page !== undefined && page > (part.pages ?? page)) return { kind: 'no-form' };
  const back = await deps.retrieval.bringBack(message, signal);
  if (back.kind !== 'there') return { kind: 'gone' };
  deps.retrieval.accessed(message);
  try {
    const found =
      wanted === undefined
        ? await readPart(deps, back.message, index)
        : await deps.conversions.part(back.message, index, wanted, { language, page, signal });
    if (found === undefined) return { kind: 'gone' };
    const contentType = form === 'audio/wav' ? form : found.contentType;
    return { kind: 'content', content: { ...found, contentType } };
  } catch (error) {
    // What it says it is, it is not: it can be had as it came.
    if (error instanceof Fault && !error.temporary && wanted !== undefined) return { kind: 'no-form' };
    throw error;
  }
}
