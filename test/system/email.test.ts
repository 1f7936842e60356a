import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import type { E164, MailboxId } from '../../app/core/ids.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { correlate } from '../../scripts/audio/correlate.ts';
import { ffmpegCommand } from '../../scripts/stack/ffmpeg.ts';
import { speech } from '../audio/speech.ts';
import { openMailSink, sendMail, type MailSink } from '../mail/mail-sink.ts';
import { leaveMessage, nextNotice } from './leave-message.ts';
import { access, openSystem, type System } from './system.ts';

const bob = '+12025550147' as E164;
const address = 'bob@home.example';

describe('Subscribers with e-mail', function () {
  this.timeout(90_000);
  let sink: MailSink;
  let system: System;
  let said: Buffer;
  let port: number;

  before(async () => {
    sink = await openMailSink();
    [system, said] = await Promise.all([
      openSystem({
        standard: {
          notify: [
            { gateway: 'email', to: 'subscriber' },
            { gateway: 'sip', to: 'subscriber' },
          ],
        },
        config: {
          email: {
            domains: ['voice.example'],
            listen: { port: 0 },
            relay: { host: '127.0.0.1', port: sink.port, tls: 'none' },
          },
        },
      }),
      speech('Please call me back about the keys.'),
    ]);
    port = Number(system.controller.lines.find(({ msg }) => msg === 'ready')?.['mail']);
    const made = await system.store.mailboxes.create({
      id: systemRandom.uuid() as MailboxId,
      number: bob,
      origin: 'provisioned',
      classOfService: 'standard',
      created: new Date(),
      status: 'active',
      settings: { addresses: { email: address } },
    });
    assert.equal(made.kind, 'created');
  });

  after(async () => {
    await system[Symbol.asyncDispose]();
    await sink[Symbol.asyncDispose]();
  });

  it('S4 S18: a caller leaves a message, the subscriber’s mail server gets what was said, and the answer 1 brings the call', async () => {
    const alice = await system.phone('+12025550123');
    await leaveMessage(alice, bob, said);
    const { mail } = await sink.next(address);
    assert.match(mail.subject ?? '', /^Voice message from \+12025550123, 0:0\d$/);
    const [sound] = mail.attachments;
    assert.match(sound?.contentType ?? '', /^audio\//);
    const { score } = correlate(await telephoneSound(sound!.content), said);
    assert.ok(score > 0.9, `it sounds like it: ${score}`);

    const ringing = system.network.incoming({ where: (one) => one.to === bob, timeoutMs: 20_000 });
    await sendMail(port, {
      from: address,
      to: mail.replyTo?.value[0]?.address ?? '',
      subject: `Re: ${mail.subject}`,
      text: '1\n\nOn Friday Voice mail <voicemail@voice.example> wrote:\n> From: +12025550123',
    });
    const call = await ringing;
    await call.up();
    await call.press('1');
    await call.hears(said, { withinMs: 30_000 });
    await call.hangup();
  });

  it('S1: an e-mail to a number becomes a message in a mailbox that nobody set up, told of and read by text', async () => {
    const carol = '+12025550148';
    const response = await sendMail(port, {
      from: 'Alice Miller <alice@far.example>',
      to: `2025550148@voice.example`,
      subject: 'Dinner',
      text: 'At eight?',
    });
    assert.match(response, /^250/);
    const { body } = await nextNotice(system, carol);
    assert.match(body, /^New e-mail from Alice Miller: Dinner - At eight\? Call/);
    const phone = await system.phone(carol);
    assert.equal(await phone.text(access, 'TEXT'), 202);
    const text = await system.network.nextText({
      timeoutMs: 10_000,
      where: (one) => one.to === carol && !/,,/.test(one.body) && !/You now have/.test(one.body),
    });
    assert.match(text.body, /^Dinner\s+At eight\?$/);
  });

  it('a mail while the store is away is taken, and told of when it is back', async () => {
    const dave = '+12025550149';
    await system.local.kill('ferretdb', 'SIGKILL');
    const response = await sendMail(port, {
      from: 'alice@far.example',
      to: `${dave}@voice.example`,
      text: 'Are you there?',
    });
    assert.match(response, /^250/);
    await system.local.start('ferretdb');
    const { body } = await nextNotice(system, dave, 30_000);
    assert.match(body, /Are you there\?/);
  });
});

/** As µ-law at 8 kHz, from whatever form it was attached in. */
function telephoneSound(file: Buffer): Promise<Buffer> {
  const command = [ffmpegCommand()].flat();
  const form = ['-loglevel', 'error', '-i', 'pipe:0', '-f', 'mulaw', '-ar', '8000', '-ac', '1', 'pipe:1'];
  return new Promise((resolve, reject) => {
    const child = execFile(
      command[0]!,
      [...command.slice(1), ...form],
      { encoding: 'buffer', maxBuffer: 10_000_000 },
      (error, out) => (error ? reject(error) : resolve(out)),
    );
    child.stdin?.end(file);
  });
}
