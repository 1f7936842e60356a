/** How a text goes over the air as SMS (3GPP TS 23.038, 23.040): in septets of GSM-7, or in UTF-16 units of UCS-2. */
export interface SmsSize {
  readonly encoding: 'gsm-7' | 'ucs-2';
  /** Septets or UTF-16 units. */
  readonly units: number;
  /** Most units of one SMS in that encoding: 160 or 70. */
  readonly limit: number;
  readonly fits: boolean;
}

const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** Characters of the extension table take two septets. */
const extension = new Set('\f^{}\\[~]|€');
/** Units of one part of a longer text, beside its header of six octets. */
const partUnits = { 'gsm-7': 153, 'ucs-2': 67 } as const;

export function smsUnits(text: string): SmsSize {
  let units = 0;
  for (const c of text) {
    if (basic.has(c)) units += 1;
    else if (extension.has(c)) units += 2;
    else return { encoding: 'ucs-2', units: text.length, limit: 70, fits: text.length <= 70 };
  }
  return { encoding: 'gsm-7', units, limit: 160, fits: units <= 160 };
}

/** Short messages that a text takes; a text without words takes one. */
export function smsSegments(text: string): number {
  const { encoding, fits } = smsUnits(text);
  return fits ? 1 : smsParts(text, encoding).length;
}

/** Parts of a longer text, cut between characters, never within one: pairs of surrogates and escaped septets stay together. */
export function smsParts(text: string, encoding: SmsSize['encoding']): string[] {
  const parts: string[] = [];
  let part = '';
  let units = 0;
  for (const character of text) {
    const more = encoding === 'ucs-2' ? character.length : smsUnits(character).units;
    if (units + more > partUnits[encoding]) {
      parts.push(part);
      part = '';
      units = 0;
    }
    part += character;
    units += more;
  }
  if (part !== '') parts.push(part);
  return parts;
}
