import assert from 'node:assert/strict';
import { isFault } from '../../../app/core/errors.ts';
import { openMailGateway } from '../../../app/gateways/email/open.ts';
import type { OutgoingText } from '../../../app/ports/gateway.ts';
import { openMailSink, type MailSink } from '../../mail/mail-sink.ts';

const relay = {
  host: '127.0.0.1',
  tls: 'none',
  connections: 2,
  hostname: 'mail.voice.example',
} as const;

const text: OutgoingText = {
  id: 'n1',
  to: 'bob@home.example',
  body: 'A message for you.\n',
  mail: {
    messageId: '<n1@voice.example>',
    from: { address: 'voicemail@voice.example', name: 'Buzón de voz' },
    replyTo: 'reply+1@voice.example',
    envelopeFrom: 'bounce+1@voice.example',
    subject: 'Message from Zoë\r\nBcc: all@far.example',
    html: '<p>A message</p>',
    headers: { 'Message-Context': 'voice-message', 'Auto-Submitted': 'auto-generated' },
    attachments: [
      { contentType: 'audio/mpeg', name: 'message.mp3', durationMs: 4200, bytes: Buffer.from('MP3') },
    ],
  },
};

describe('The mail gateway, at a relay,', function () {
  this.timeout(30_000);
  let sink: MailSink;

  before(async () => {
    sink = await openMailSink();
  });
  after(() => sink[Symbol.asyncDispose]());

  it('sends a mail with its sound, headers and addresses; a line end in a subject makes no header', async () => {
    await using gateway = openMailGateway({ ...relay, port: sink.port });
    assert.deepEqual(await gateway.send(text), { providerId: '<n1@voice.example>' });
    const { from, mail, raw } = await sink.next('bob@home.example');
    assert.equal(from, 'bounce+1@voice.example');
    assert.equal(mail.messageId, '<n1@voice.example>');
    assert.deepEqual(mail.from?.value, [{ address: 'voicemail@voice.example', name: 'Buzón de voz' }]);
    assert.equal(mail.replyTo?.text, 'reply+1@voice.example');
    assert.equal(mail.bcc, undefined);
    assert.match(mail.subject ?? '', /^Message from Zoë/);
    assert.equal(mail.text, 'A message for you.\n');
    assert.equal(mail.headers.get('message-context'), 'voice-message');
    assert.equal(mail.headers.get('auto-submitted'), 'auto-generated');
    const [sound] = mail.attachments;
    assert.deepEqual(
      [sound?.contentType, sound?.filename, sound?.content.toString()],
      ['audio/mpeg', 'message.mp3', 'MP3'],
    );
    assert.match(raw, /^Content-Duration: 5\r$/m);
  });

  it('tells what will never arrive from what is to be tried again', async () => {
    await using gateway = openMailGateway({ ...relay, port: sink.port });
    const cases = [
      [{ code: 550, text: '5.1.1 nobody' }, false],
      [{ code: 552, text: '5.2.2 full' }, false],
      [{ code: 450, text: '4.7.1 later' }, true],
      [{ code: 421, text: '4.3.2 closing' }, true],
      [{ code: 530, text: '5.7.0 log in first' }, true],
    ] as const;
    for (const [refusal, temporary] of cases) {
      sink.verdict = () => refusal;
      await assert.rejects(
        gateway.send(text),
        (error) =>
          isFault(error, temporary ? 'gateway-unavailable' : 'gateway-refused') &&
          error.temporary === temporary,
        String(refusal.code),
      );
    }
    sink.verdict = () => undefined;
  });

  it('tries again later when the relay is away, hangs, or offers no encryption where that is asked for', async () => {
    await using slow = openMailGateway({ ...relay, port: sink.port }, { sendMs: 300 });
    sink.verdict = () => undefined;
    await using hanging = await openMailSink({ onConnect: () => undefined });
    await using stuck = openMailGateway({ ...relay, port: hanging.port }, { sendMs: 300 });
    await using nobody = openMailGateway({ ...relay, port: 9 });
    await using careful = openMailGateway({ ...relay, tls: 'required', port: sink.port });
    for (const gateway of [stuck, nobody, careful])
      await assert.rejects(
        gateway.send(text),
        (error) => isFault(error, 'gateway-unavailable') && error.temporary,
      );
    assert.ok(await slow.send(text));
    await sink.next('bob@home.example');
  });

  it('a mail that was given up at a silent relay does not go out by itself: tried again, each arrives once', async () => {
    const greetings: (() => void)[] = [];
    let silent = true;
    await using far = await openMailSink({
      onConnect: (_session, greet) => (silent ? void greetings.push(greet) : greet()),
    });
    await using gateway = openMailGateway({ ...relay, port: far.port }, { sendMs: 300 });
    await using patient = openMailGateway({ ...relay, port: far.port });
    // More than the connections: some only wait in the library.
    const mails = Array.from({ length: 7 }, (_, i): OutgoingText => ({
      ...text,
      to: `bob${i}@home.example`,
    }));
    for (const outcome of await Promise.allSettled(mails.map((mail) => gateway.send(mail))))
      assert.ok(outcome.status === 'rejected' && isFault(outcome.reason, 'gateway-unavailable'));
    silent = false;
    for (const greet of greetings) greet();
    await patient.send(mails[0]!);
    // The first gateway sends in the order it was asked: what it had kept would go before this.
    for (const mail of mails.slice(1)) await gateway.send(mail);
    assert.deepEqual(
      far.kept.flatMap(({ to }) => to).toSorted(),
      mails.map(({ to }) => to),
    );
  });

  it('a mail that the relay closes the connection on is not sent again by the library', async () => {
    let connections = 0;
    await using far = await openMailSink({
      onConnect: (_session, greet) => {
        connections += 1;
        greet(Object.assign(new Error('closing'), { responseCode: 421 }));
      },
    });
    await using gateway = openMailGateway({ ...relay, port: far.port });
    await assert.rejects(gateway.send(text), (error) => isFault(error, 'gateway-unavailable'));
    assert.equal(connections, 1);
  });

  it('logs in where it has a name there', async () => {
    const seen: unknown[] = [];
    await using asking = await openMailSink({
      disabledCommands: ['STARTTLS'],
      authOptional: false,
      onAuth({ username, password }, _session, answer) {
        seen.push([username, password]);
        answer(password === 'secret' ? null : new Error('wrong'), { user: username });
      },
    });
    await using gateway = openMailGateway({ ...relay, port: asking.port, user: 'voice', password: 'secret' });
    await gateway.send(text);
    await using wrong = openMailGateway({ ...relay, port: asking.port, user: 'voice', password: 'no' });
    await assert.rejects(
      wrong.send(text),
      (error) => isFault(error, 'gateway-unavailable') && error.temporary,
    );
    assert.deepEqual(seen, [
      ['voice', 'secret'],
      ['voice', 'no'],
    ]);
  });
});
