import { basename, dirname } from 'node:path';
import { isFault } from '../../core/errors.ts';
import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import { createGreetings } from '../../services/greetings.ts';
import { pinsRemembered } from '../../core/pin/pin-problem.ts';
import { systemClock as clock } from '../../telemetry/system-clock.ts';
import { systemRandom as random } from '../../telemetry/system-random.ts';
import type { Office } from '../office/office.ts';
import { greetingKinds, readBeside, type KeptBeside } from './kept-beside.ts';

/**
 * Takes in what a mailbox has besides its messages. What it has here stays: a greeting, a PIN, the wish for no texts.
 * @returns what is wrong, if anything is
 */
export async function takeBeside(office: Office, file: string, dryRun: boolean): Promise<string | undefined> {
  let kept: KeptBeside;
  try {
    kept = await readBeside(file);
  } catch (error) {
    if (isFault(error, 'invalid')) return error.message;
    throw error;
  }
  if (dryRun) return undefined;
  const number = office.plan.parse(`+${basename(dirname(file))}`);
  const mailbox = number && (await office.store.mailboxes.find(number));
  if (mailbox === undefined) return 'nobody has that number here';
  await put(office, mailbox, kept);
  return undefined;
}

async function put({ store, log }: Office, mailbox: Mailbox, kept: KeptBeside): Promise<void> {
  const { textsStopped, announcementOnly, pin } = kept;
  const own = mailbox.settings.greetings ?? {};
  const greetings = createGreetings({ store, clock, random, log });
  for (const kind of greetingKinds) {
    const greeting = kept.greetings[kind];
    if (greeting === undefined || own[kind] !== undefined) continue;
    await greetings.set(mailbox, kind, greeting, greeting.until);
  }
  if (announcementOnly === true && own.announcementOnly === undefined)
    await greetings.setAnnouncementOnly(mailbox, true);
  if (textsStopped !== undefined && mailbox.textsStopped === undefined)
    await store.mailboxes.stopTexts(mailbox.id, textsStopped);
  if (pin === undefined || (await store.credentials.get(mailbox.id))?.hash !== undefined) return;
  // One after the other, as they were chosen: none of the last ones may be chosen anew.
  for (const hash of pin.history.toReversed())
    await store.credentials.setPin({
      mailbox: mailbox.id,
      hash,
      set: pin.set,
      mustChange: pin.mustChange,
      keep: pinsRemembered,
    });
}
