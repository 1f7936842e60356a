/** How a text goes over the air as one SMS (3GPP TS 23.038): in septets of GSM-7, or in UTF-16 units of UCS-2. */
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

export function smsUnits(text: string): SmsSize {
  let units = 0;
  for (const c of text) {
    if (basic.has(c)) units += 1;
    else if (extension.has(c)) units += 2;
    else return { encoding: 'ucs-2', units: text.length, limit: 70, fits: text.length <= 70 };
  }
  return { encoding: 'gsm-7', units, limit: 160, fits: units <= 160 };
}
