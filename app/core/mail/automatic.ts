/**
 * Who wrote a mail: a person, a machine by itself (`generated`), a machine in answer to a mail (`reply`: out of office and
 * reports), or somebody to many (`list`).
 */
export type Automatic = 'no' | 'generated' | 'reply' | 'list';

/**
 * Tells by the headers of RFC 3834 and those that came before it. What a machine wrote in answer must not be answered.
 * @param header the value of a header by its name in lower case, if there is one
 * @param sender MAIL FROM (RFC 5321); empty for what must not be answered
 */
export function automaticKind(header: (name: string) => string | undefined, sender: string): Automatic {
  const value = (name: string): string => (header(name) ?? '').trim().toLowerCase();
  const type = value('content-type');
  if (/^multipart\/report\b/.test(type)) return 'reply';
  const submitted = (value('auto-submitted').split(/[;\s]/)[0] ?? '').trim();
  if (submitted === 'auto-replied') return 'reply';
  const precedence = value('precedence');
  if (precedence === 'auto_reply' || precedence === 'auto-reply') return 'reply';
  if (['x-autoreply', 'x-autorespond', 'x-auto-reply-from'].some((name) => header(name) !== undefined))
    return 'reply';
  if (/^(auto(matic(ally)?)?[ -]?(reply|response)|out of (the )?office)\b/.test(value('subject')))
    return 'reply';
  if (header('list-id') !== undefined || ['bulk', 'list', 'junk'].includes(precedence)) return 'list';
  // A report without a form of its own, and what asks for none.
  if (sender === '') return 'reply';
  if (submitted !== '' && submitted !== 'no') return 'generated';
  const suppressed = value('x-auto-response-suppress');
  return suppressed !== '' && suppressed !== 'none' ? 'generated' : 'no';
}
