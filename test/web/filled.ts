/** A mailbox as somebody has it after some weeks: something of each kind. */
import PdfDocument from 'pdfkit';
import { once } from 'node:events';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import { packSpans } from '../../app/core/message/spoken.ts';
import { speech } from '../audio/speech.ts';
import type { PageWorld } from './world.ts';

const minute = 60_000;
const day = 86_400_000;
const words =
  'Hi Ana, this is Marta from the clinic. Your results are in, and everything looks good. Please call me back before Friday if you have questions.';

/** Ids by kind. */
export async function fillMailbox(world: PageWorld, mailbox: Mailbox) {
  const from = (name: string, number: string) => ({ name, number, private: false });
  const voice = (bytes: Uint8Array) => [{ contentType: 'audio/PCMU', bytes }];
  const short = await speech('It is me. I will be there at nine.');
  for (let i = 9; i > 0; i -= 1) {
    world.longAgo(i * 2 * day);
    const note = `Note ${i}: the meeting moved to room ${i}.`;
    await world.leave(mailbox, {
      kind: 'text',
      from: from(people[i % people.length] ?? '', `+1202555${2000 + i}`),
      text: note,
    });
  }
  world.longAgo(3 * day);
  const email = await world.leave(mailbox, {
    kind: 'email',
    from: { name: 'Rosa Lindqvist', address: 'rosa@example.org', private: false },
    subject: 'Plans for the summer',
    text: 'Dear Ana,\n\nthe house by the lake is free in the second week of July. There is room for six, and a boat.\n\nShall I book it? I need to tell them by Monday.\n\nRosa',
  });
  world.longAgo(day + 200 * minute);
  const fax = await world.leave(mailbox, {
    kind: 'fax',
    from: from('Harbour Insurance', '+12025553344'),
    parts: [{ contentType: 'application/pdf', name: 'policy.pdf', bytes: await letter() }],
  });
  world.longAgo(5 * 60 * minute);
  await world.leave(
    mailbox,
    { kind: 'voice', from: { private: true }, parts: voice(short) },
    'It is me. I will be there at nine.',
  );
  world.longAgo(170 * minute);
  const urged = 'This is your bank. Call us at once.';
  const falseNumber = await world.leave(
    mailbox,
    {
      kind: 'voice',
      from: { number: '+12025559034', private: false, attestation: 'failed' },
      parts: voice(await speech(urged)),
    },
    urged,
  );
  world.longAgo(95 * minute);
  const text = await world.leave(mailbox, {
    kind: 'text',
    from: from('Bo Nilsen', '+12025557788'),
    text: 'Running ten minutes late. Save me a seat?',
  });
  world.longAgo(40 * minute);
  await world.leave(
    mailbox,
    { kind: 'voice', urgent: true, from: from('Marta Weiss', '+12025551122'), parts: voice(short) },
    'It is me. I will be there at nine.',
  );
  world.longAgo(4 * minute);
  const sound = await speech(words);
  const spoken = await world.leave(
    mailbox,
    {
      kind: 'voice',
      from: { ...from('Marta Weiss', '+12025551122'), attestation: 'A' },
      parts: voice(sound),
    },
    words,
    `0 ${evenly(words.split(' ').length, sound.length / 8)}`,
  );
  world.longAgo(0);
  return { email: email.id, fax: fax.id, text: text.id, voice: spoken.id, falseNumber: falseNumber.id };
}

/** As if each word took as long as any other. */
function evenly(count: number, ms: number): string {
  const each = ms / count;
  return packSpans(Array.from({ length: count }, (_, i) => ({ startMs: i * each, endMs: (i + 1) * each })));
}

const people = ['Bo Nilsen', 'Leila Haddad', 'Tomás Rey', 'Chen Wei'];

/** Two pages. */
export async function letter(): Promise<Buffer> {
  const document = new PdfDocument({ size: 'A4', margin: 72 });
  const pieces: Buffer[] = [];
  document.on('data', (piece: Buffer) => pieces.push(piece));
  for (const part of ['Your policy 48-1173', 'Terms']) {
    if (part === 'Terms') document.addPage();
    document.fontSize(22).text(part).moveDown().fontSize(12);
    for (let i = 0; i < 6; i += 1)
      document
        .text('We confirm that your policy has been renewed for another year under the terms that you know.')
        .moveDown();
  }
  document.end();
  await once(document, 'end');
  return Buffer.concat(pieces);
}
