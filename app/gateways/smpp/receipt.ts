/** Delivery receipts, in optional parameters or in the text of SMPP 3.4, appendix B. */
import type { Delivered } from './decode.ts';

export interface Receipt {
  readonly messageId: string;
  /** Absent while the text is on its way. */
  readonly status?: 'delivered' | 'failed';
  readonly error?: string;
}

const fates: Readonly<Record<string, 'delivered' | 'failed'>> = {
  DELIVRD: 'delivered',
  EXPIRED: 'failed',
  DELETED: 'failed',
  UNDELIV: 'failed',
  REJECTD: 'failed',
};
const states: Readonly<Record<number, string>> = {
  2: 'DELIVRD',
  3: 'EXPIRED',
  4: 'DELETED',
  5: 'UNDELIV',
  8: 'REJECTD',
};

/** `undefined` where it does not say which text it is about. */
export function readReceipt(delivered: Delivered): Receipt | undefined {
  const text = (delivered.text ?? '').slice(0, 500);
  const messageId = delivered.receiptedId ?? /\bid:([\x21-\x7e]{1,128})/i.exec(text)?.[1];
  if (messageId === undefined) return undefined;
  const said = /\bstat:\s*([A-Z]{1,7})/i.exec(text)?.[1]?.toUpperCase();
  const state = said ?? states[delivered.messageState ?? 0];
  const status = state === undefined ? undefined : fates[state];
  if (status === undefined) return { messageId };
  const code = /\berr:\s*([0-9A-Za-z]{1,8})/i.exec(text)?.[1];
  return {
    messageId,
    status,
    ...(status === 'failed' ? { error: [state, code].filter(Boolean).join(' ') } : {}),
  };
}

/** The same id as others write it: some SMSCs answer in hexadecimal and report in decimal, or the other way. */
export function otherForms(id: string): { readonly form: IdForm; readonly id: string }[] {
  const forms: { form: IdForm; id: string }[] = [];
  if (/^\d{1,20}$/.test(id)) {
    const hex = BigInt(id).toString(16);
    for (const one of [hex, hex.toUpperCase(), hex.padStart(8, '0'), hex.toUpperCase().padStart(8, '0')])
      forms.push({ form: 'hex', id: one });
  }
  if (/^[0-9a-f]{1,16}$/i.test(id)) {
    const decimal = BigInt(`0x${id}`).toString();
    forms.push({ form: 'decimal', id: decimal }, { form: 'decimal', id: decimal.padStart(10, '0') });
  }
  return forms;
}

/** What an id in a receipt is made into to be the one that was answered. */
export type IdForm = 'same' | 'hex' | 'decimal';
