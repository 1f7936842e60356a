/** Addresses of e-mail (RFC 5321) at a domain of ours: numbers, names, and those that our own mails carry. */

/** `addr-spec` in the form that people have; what is quoted or has blanks is none. */
export const addressPattern = /^[^\s@<>"(),;:\\]{1,64}@[^\s@<>"(),;:\\]+\.[^\s@<>"(),;:\\]{2,}$/;

/** Whether something is an e-mail address rather than a number. */
export function isAddress(text: string): boolean {
  return text.length <= 254 && addressPattern.test(text);
}

/** The same for the same mailbox: case is of no meaning to any server that is in use. */
export function sameAddress(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

export interface AddressParts {
  readonly local: string;
  /** In lower case. */
  readonly domain: string;
}

export function splitAddress(address: string): AddressParts {
  const at = address.lastIndexOf('@');
  return { local: address.slice(0, Math.max(0, at)), domain: address.slice(at + 1).toLowerCase() };
}

/** What the local part of an address of ours names. */
export type LocalPart =
  | { readonly kind: 'number'; readonly digits: string }
  /** Answers to a mail of ours, by its token. */
  | { readonly kind: 'reply'; readonly token: string }
  /** Reports about a mail of ours, by its token. */
  | { readonly kind: 'bounce'; readonly token: string }
  | { readonly kind: 'name'; readonly name: string };

/** Characters that people put between the digits of a number. */
const between = /[-. ()]/g;

export function readLocalPart(local: string): LocalPart {
  const tagged = /^(reply|bounce)\+(\d{20,40})$/i.exec(local);
  if (tagged !== null)
    return { kind: tagged[1]?.toLowerCase() === 'reply' ? 'reply' : 'bounce', token: tagged[2] ?? '' };
  const digits = local.replace(between, '');
  if (/^\+?\d{3,15}$/.test(digits)) return { kind: 'number', digits };
  return { kind: 'name', name: local.toLowerCase() };
}

/** Digits of a token: 83 bits of chance. */
export const tokenDigits = 25;

/** Answers to a mail with this token go there. */
export function replyAddress(token: string, domain: string): string {
  return `reply+${token}@${domain}`;
}

/** Reports about a mail with this token go there. */
export function bounceAddress(token: string, domain: string): string {
  return `bounce+${token}@${domain}`;
}
