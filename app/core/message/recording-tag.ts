/**
 * The name of a running recording. It says whose message it is, so that a recording found after a crash, or made by
 * the dialplan while the controller was away, becomes the right message:
 * `<called>~<caller or ->~<started, Unix seconds>~<call id>~<n>`. What a subscriber records for another use bears its
 * letter before the number, so that it never becomes a message by itself; so do the pages of a fax and urgent messages.
 */
export interface RecordingTag {
  /** What else than a message for `called` it is; `called` is then the number of the mailbox whose owner speaks. */
  readonly use?: RecordingUse;
  /** The mailbox's number; as dialled where the dialplan wrote the tag, so it is parsed with the number plan. */
  readonly called: string;
  /** Absent if the caller withheld it or sent none. */
  readonly caller?: string;
  /** When the call started, to the second. */
  readonly started: Date;
  /** The switch's id of the call. */
  readonly callId: string;
  /** Counts the recordings of one call from 0; `f` was made by the dialplan without a controller. */
  readonly n: number | 'f';
}

/**
 * A greeting of the owner's mailbox, or what the owner has not yet sent: lost with its call, it belongs to nobody. The pages
 * of a `fax` are a message as a recording without a use is, and so is one that is `urgent` from the start.
 */
export type RecordingUse = 'greeting' | 'draft' | 'fax' | 'urgent';

/** Before the number of a recording; a voice message has none. */
const letters: Readonly<Record<RecordingUse, string>> = { greeting: 'g', draft: 'd', fax: 'x', urgent: 'u' };

const uses = Object.keys(letters) as RecordingUse[];

/** Most characters of a tag. */
export const maxTagLength = 200;

const form =
  /^([A-Za-z0-9._+-]{1,32})~([A-Za-z0-9._+-]{1,32})~(\d{1,11})~([A-Za-z0-9._+-]{1,100})~([gdxu]?)(\d{1,6}|f)$/;

/**
 * Only A–Z a–z 0–9 . _ ~ + - and at most 200 characters; what does not fit in a field becomes `_` or is cut, so that no
 * caller can choose a path.
 */
export function writeTag(tag: RecordingTag): string {
  const seconds = Math.min(Math.max(0, Math.floor(tag.started.getTime() / 1000) || 0), 99_999_999_999);
  const n = tag.n === 'f' ? 'f' : Math.min(Math.max(0, Math.trunc(tag.n) || 0), 999_999);
  const last = tag.use === undefined ? `${n}` : `${letters[tag.use]}${n}`;
  return [field(tag.called, 32), field(tag.caller ?? '-', 32), seconds, field(tag.callId, 100), last].join(
    '~',
  );
}

/** The fields of a tag, or `undefined` if the text is no tag. A folder before it and an extension are not part of it. */
export function readTag(text: string): RecordingTag | undefined {
  if (text.length > maxTagLength) return undefined;
  const [, called, caller, seconds, callId, letter, n] = form.exec(text) ?? [];
  if (called === undefined || caller === undefined || callId === undefined) return undefined;
  const use = uses.find((one) => letters[one] === letter);
  return {
    ...(use === undefined ? {} : { use }),
    called,
    ...(caller === '-' ? {} : { caller }),
    started: new Date(Number(seconds) * 1000),
    callId,
    n: n === 'f' ? 'f' : Number(n),
  };
}

function field(text: string, most: number): string {
  return text.slice(0, most).replace(/[^A-Za-z0-9._+-]/g, '_') || '_';
}
