/** Fields of a submit_sm beside its content. */
import type { OutgoingText } from '../../ports/gateway.ts';
import type { BindSlice } from './bind.ts';

/** What to tap in a notice of ours: access number, pauses, reference. */
const tappable = /(\+\d{5,15}),,(\d{10})#/;
/** Activates the indicator for voice mail; SMPP 3.4, section 5.3.2.13. */
const voiceMailWaits = 0x80;

export function submitFields(text: OutgoingText, slice: BindSlice, wantsReceipt: boolean) {
  const notice = tappable.exec(text.body);
  const callback = callbackOf(notice, slice.callback);
  return {
    ...sourceOf(slice.from),
    dest_addr_ton: 1,
    dest_addr_npi: 1,
    destination_addr: text.to.slice(1),
    registered_delivery: wantsReceipt ? 1 : 0,
    ...(callback === undefined ? {} : { callback_num: [callback] }),
    ...(slice.waiting && notice !== null ? { ms_msg_wait_facilities: voiceMailWaits } : {}),
  };
}

/** International number, short code, or name. */
function sourceOf(from: string) {
  const [ton, npi, address] = from.startsWith('+')
    ? [1, 1, from.slice(1)]
    : /^\d+$/.test(from)
      ? [3, 0, from]
      : [5, 0, from];
  return { source_addr_ton: ton, source_addr_npi: npi, source_addr: address };
}

/** Digit mode ASCII, international, ISDN; SMPP 3.4, section 5.3.2.36. */
function callbackOf(notice: RegExpExecArray | null, kind: BindSlice['callback']): Buffer | undefined {
  const [open, access = ''] = notice ?? [];
  if (open === undefined || kind === 'none') return undefined;
  const digits = kind === 'access' ? access.slice(1) : open.slice(1);
  return Buffer.concat([Buffer.from([1, 1, 1]), Buffer.from(digits, 'latin1')]);
}
