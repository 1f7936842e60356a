/** Greetings that come as a file or from a browser: turned into what telephones play, and kept. */
import { isTimed } from '../core/conversion/media-type.ts';
import { Fault } from '../core/errors.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { isPlayable, playingMs, soundForm } from '../core/message/heard.ts';
import type { GreetingKind } from '../core/profile/settings.ts';
import type { Content } from '../ports/convert.ts';
import type { Conversions } from './conversions.ts';
import type { Greetings } from './greetings.ts';
import type { Profiles } from './profile.ts';

export type UploadResult =
  | { readonly kind: 'kept'; readonly mailbox: Mailbox }
  | { readonly kind: 'not-sound' | 'too-long' | 'too-short' };

export interface GreetingUploads {
  /** @throws Fault if the store or the converter is away; the one before stays then */
  put(mailbox: Mailbox, kind: GreetingKind, sound: Content, until?: Date): Promise<UploadResult>;
  /** A recorded one in a form; `undefined` if there is none, or it has not that form. @throws Fault as above */
  get(mailbox: Mailbox, kind: GreetingKind, form: string | undefined): Promise<Content | undefined>;
}

export interface UploadDeps {
  readonly greetings: Pick<Greetings, 'set' | 'sound'>;
  readonly conversions: Pick<Conversions, 'content'>;
  readonly profiles: Profiles;
}

/** Less is a click, in milliseconds. */
const leastMs = 200;

export function createGreetingUploads(deps: UploadDeps): GreetingUploads {
  const { greetings, profiles } = deps;
  return {
    async put(mailbox, kind, sound, until) {
      if (!isTimed(sound.contentType)) return { kind: 'not-sound' };
      const { language, maxMessageSeconds } = profiles.of(mailbox);
      const made = await playable(deps, sound, language);
      if (made === undefined) return { kind: 'not-sound' };
      const durationMs = playingMs(made.contentType, made.bytes);
      if (durationMs < leastMs) return { kind: 'too-short' };
      if (durationMs > maxMessageSeconds * 1000) return { kind: 'too-long' };
      const kept = await greetings.set(mailbox, kind, { ...made, durationMs }, until);
      return { kind: 'kept', mailbox: kept };
    },
    async get(mailbox, kind, form) {
      const recorded = mailbox.settings.greetings?.[kind];
      const found = recorded === undefined ? undefined : await greetings.sound(recorded);
      if (found === undefined) return undefined;
      const content = { contentType: found.contentType, bytes: found.bytes };
      if (form === undefined) return content;
      const wanted = form === 'audio/wav' ? 'audio/x-wav' : form;
      const { language } = profiles.of(mailbox);
      const made = await deps.conversions.content(content, wanted, { language });
      return made && { ...made, contentType: form };
    },
  };
}

async function playable(
  { conversions }: UploadDeps,
  sound: Content,
  language: string,
): Promise<Content | undefined> {
  if (isPlayable(sound.contentType)) return sound;
  try {
    return await conversions.content(sound, soundForm, { language });
  } catch (error) {
    if (error instanceof Fault && !error.temporary) return undefined;
    throw error;
  }
}
