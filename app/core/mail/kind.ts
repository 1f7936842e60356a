import type { MessageKind } from '../profile/class-of-service.ts';

const contexts: Readonly<Record<string, MessageKind>> = {
  'voice-message': 'voice',
  'fax-message': 'fax',
  'video-message': 'video',
  'text-message': 'text',
  'pager-message': 'text',
};

/** What an e-mail is, by its Message-Context (RFC 3458) where its content can be that, else by its content alone. */
export function kindOfMail(mail: {
  readonly context?: string;
  /** Content types. */
  readonly parts: readonly string[];
  /** Whether anything is written in it. */
  readonly words: boolean;
}): MessageKind {
  const { context, words } = mail;
  const types = mail.parts.map((type) => (type.split(';')[0] ?? '').trim().toLowerCase());
  const some = (kind: MessageKind): boolean => types.some((type) => isOf(kind, type));
  const all = (kind: MessageKind): boolean => types.length > 0 && types.every((type) => isOf(kind, type));
  const said = context === undefined ? undefined : contexts[context];
  if (said === 'text' ? words && types.length === 0 : said !== undefined && some(said))
    return said ?? 'email';
  if (words) return 'email';
  if (types.length > 0 && types.every((type) => type === 'image/tiff')) return 'fax';
  return (['voice', 'image', 'video'] as const).find(all) ?? 'email';
}

function isOf(kind: MessageKind, type: string): boolean {
  switch (kind) {
    case 'voice':
      return type.startsWith('audio/');
    case 'fax':
      return type === 'image/tiff' || type === 'application/pdf';
    case 'image':
      return type.startsWith('image/');
    case 'video':
      return type.startsWith('video/');
    case 'text':
    case 'email':
      return true;
  }
}
