/** Asterisk's own voice mail beside ours: what is added to the rendered files for it, and what it has kept. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Mailboxes 10000 and so on. */
export const nativeBoxes = 1000;
const firstBox = 10_000;

/** Dialled to leave a message in a mailbox of `VoiceMail()`. */
export function nativeNumber(n: number): string {
  return `8${firstBox + (n % nativeBoxes)}`;
}

/**
 * Greeting and tone are the files that our flow plays; messages are kept as wav, as Asterisk's sample has it and most
 * operators run it. The lamp is not polled and nothing is mailed.
 */
export function nativeExtra(prompts: string): Record<string, string> {
  const boxes = Array.from(
    { length: nativeBoxes },
    (_, n) => `${firstBox + n} => 1234,User ${firstBox + n},,`,
  );
  const settings = [
    '[general]',
    'format = wav',
    'maxsecs = 180',
    'minsecs = 0',
    'maxsilence = 10',
    'maxmsg = 9999',
    'pollmailboxes = no',
    'review = no',
    'operator = no',
    '[default]',
  ];
  return {
    'modules.conf': 'load = app_voicemail.so',
    'voicemail.conf': [...settings, ...boxes].join('\n'),
    'extensions.conf': [
      '[from-trunk](+)',
      'exten => _8XXXXX,1,Answer()',
      ` same => n,Playback(${prompts}/en/greeting-default)`,
      ` same => n,VoiceMail(\${EXTEN:1}@default,st(${prompts}/en/beep))`,
      ' same => n,Hangup()',
      // For the bench of ARI clients.
      'exten => _7XXXXX,1,Stasis(bench)',
      ' same => n,Hangup()',
    ].join('\n'),
  };
}

const wavHeader = 44;
const wavBytesPerMs = 16;

/** Playing times of all messages kept, in milliseconds. */
export async function nativeMessages(recordings: string): Promise<number[]> {
  const folder = folderOf(recordings);
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  const files = entries.filter((name) => /INBOX\/msg\d+\.wav$/.test(name));
  const sizes = await Promise.all(files.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.map((size) => (size - wavHeader) / wavBytesPerMs);
}

/** Empties all mailboxes; they are made anew by the next message. */
export async function clearNative(recordings: string): Promise<void> {
  await rm(folderOf(recordings), { recursive: true, force: true });
}

/** The folder INBOX of a mailbox. */
export function nativeInbox(recordings: string, n: number): string {
  return join(folderOf(recordings), String(firstBox + (n % nativeBoxes)), 'INBOX');
}

function folderOf(recordings: string): string {
  return join(recordings, '../voicemail/default');
}
