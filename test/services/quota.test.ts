import assert from 'node:assert/strict';
import type { E164 } from '../../app/core/ids.ts';
import { envelopeBytes } from '../../app/core/mailbox/usage.ts';
import { answerCall } from '../../app/flows/answer.ts';
import { faxes, hear, silence } from '../../app/media/scripted/steps.ts';
import type { InboundText } from '../../app/ports/media.ts';
import { depositHere } from '../../app/services/fax-here.ts';
import { createTextMessages, type TextMessages } from '../../app/services/text-message.ts';
import { faxTiff } from '../fax/tiff.ts';
import { FlowWorld, mailbox as sampleMailbox, subscriber } from '../flows/world.ts';
import { SmtpDialogue } from '../mail/smtp-dialogue.ts';
import { silentLog } from '../ports/silent-log.ts';
import { shippedTexts } from '../speech/shipped.ts';
import { sampleFax } from '../storage/sample.ts';
import { allowing } from './allowing.ts';
import { openRulesWorld } from './rules-world.ts';
import { access, domain, openMailServices, type MailServicesWorld } from './mail-services.ts';

const alice = '+12025550123' as E164;
const kinds = ['voice', 'fax', 'text', 'email', 'image', 'video'] as const;
const maxMessages = kinds.length;

function textsOf({ shared, deposits, notify, account }: MailServicesWorld): TextMessages {
  return createTextMessages({
    ...shared,
    deposits,
    allowance: allowing({ ...shared, log: silentLog }),
    notify,
    account,
    trunks: [{ name: 'trunk', trusted: true }],
    log: silentLog,
    ownNumbers: [],
    texts: shippedTexts,
    access,
  });
}

function countEach(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** One mailbox with one message of each kind, which is all that it takes. */
describe('A mailbox that is full of messages of all kinds', function () {
  this.timeout(60_000);
  let world: MailServicesWorld;
  let texts: TextMessages;
  let n = 0;

  before(async () => {
    world = await openMailServices({ standard: { notify: [], maxMessages } });
    texts = textsOf(world);
    for (const kind of kinds) {
      assert.match(await world.mail({ to: `+12025550100@${domain}` }), /^250/);
      await world.leave(subscriber, { kind });
    }
  });
  after(() => world[Symbol.asyncDispose]());
  beforeEach(() => world.texts.splice(0));

  function text(change: Partial<InboundText> = {}): InboundText {
    n += 1;
    const route = { network: 'sip', trunk: 'trunk', from: alice, to: subscriber } as const;
    return { ...route, id: `text-${n}`, body: 'Hello', truncated: false, ...change };
  }

  /** A telephone's view of the same store. */
  function telephone(): FlowWorld {
    const flows = new FlowWorld({ standard: { maxMessages } });
    flows.onFind = (number) => world.store.mailboxes.find(number);
    return flows;
  }

  const count = async (): Promise<number> => (await world.messages(subscriber)).length;

  afterEach(async () => assert.equal(await count(), maxMessages, 'nothing came in, and nothing went'));

  it('B6: counts them together, and by kind for whoever looks', async () => {
    const found = await world.store.mailboxes.find(subscriber);
    assert.equal(found?.counts.new, maxMessages);
    assert.deepEqual(
      kinds.map((kind) => found?.byKind[kind]?.new),
      kinds.map(() => 1),
    );
  });

  it('B6: says so to a caller, who records nothing', async () => {
    const flows = telephone();
    const person = await flows.call(subscriber, [silence(60_000)]);
    assert.deepEqual(person.prompts, ['mailbox-full']);
    assert.deepEqual([flows.taken, flows.rows[0]?.outcome], [[], 'full']);
  });

  it('B6: lets a fax fail at the machine that sends it', async () => {
    const flows = telephone();
    await flows.call(subscriber, [hear('mailbox-full'), faxes(faxTiff(1, 200))]);
    const fax = flows.media.callers.at(-1)!;
    await answerCall(fax.call, flows.deps);
    assert.deepEqual([flows.taken, flows.rows.at(-1)?.outcome], [[], 'full']);
    assert.deepEqual(
      fax.remaining.map(({ kind }) => kind),
      ['fax'],
    );
  });

  it('B6: leaves an e-mail with its sender’s server, which tries again', async () => {
    assert.match(await world.mail({ to: `${subscriber}@${domain}` }), /^452 4\.2\.2/);
  });

  it('B6: tells a subscriber who texts by SIP that it did not arrive, a few times an hour', async () => {
    await world.subscriber({}, alice);
    for (let i = 0; i < 8; i += 1) assert.equal(await texts.take(text()), 'refused');
    assert.deepEqual(
      world.texts.map(({ to, body }) => [to, body]),
      Array.from({ length: 5 }, () => [
        alice,
        'Your text did not arrive: the mailbox that it was for is full.',
      ]),
    );
  });

  it('B6: takes no SMS, and fetches nothing of an MMS; who only says who they are is told nothing', async () => {
    const sms = text({ network: 'sms', trunk: 'smpp:home' });
    assert.equal(await texts.take(sms), 'refused');
    const mms = text({
      network: 'sms',
      trunk: 'twilio',
      body: '',
      media: [{ url: 'https://far.example/a' }],
    });
    assert.equal(await texts.refuses(mms), true);
    assert.equal(await texts.take(text({ trunk: 'other' })), 'refused');
    assert.deepEqual(world.texts, []);
  });

  it('B6: takes nothing that is sent on within the house either', async () => {
    const typed = subscriber.slice(2);
    assert.equal((await world.sends.recipient(typed)).kind, 'full');
  });

  it('B6: takes one of any kind as soon as one of any other kind is gone', async () => {
    const fax = (await world.messages(subscriber)).find(({ envelope }) => envelope.kind === 'fax');
    assert.ok(fax);
    await world.retrieval.remove(fax);
    assert.equal(await texts.take(text()), 'message');
    assert.equal(await texts.take(text()), 'refused');
    const deleted = (await world.store.messages.get(fax.id))?.state;
    assert.equal(deleted, 'deleted');
    await world.store.messages.remove(fax.id);
  });
});

/** 200,000 bytes, and half as much above it for what is urgent. */
describe('A mailbox with a quota in bytes', function () {
  this.timeout(60_000);
  let world: MailServicesWorld;
  let texts: TextMessages;
  let n = 0;
  let to: E164;
  const maxBytes = 200_000;
  const file = (bytes: number) => [{ filename: 'a.bin', content: Buffer.alloc(bytes, 'x') }];
  const high = { Importance: 'high' };

  before(async () => {
    const standard = { notify: [], maxBytes, urgentReservePercent: 50 };
    world = await openMailServices({ standard });
    texts = textsOf(world);
  });
  after(() => world[Symbol.asyncDispose]());
  beforeEach(() => (to = `+120255506${String((n += 1)).padStart(2, '0')}` as E164));
  afterEach(async () => {
    const found = await world.store.mailboxes.find(to);
    if (found === undefined) return;
    const counted = await world.store.mailboxes.recount(found.id);
    assert.equal(counted?.corrected, false, 'what was added up is what is there');
    assert.deepEqual(counted.mailbox.usage, found.usage);
  });

  /** Of this mailbox so many bytes are left. */
  async function leaveRoom(bytes: number): Promise<void> {
    const part = { contentType: 'application/pdf', bytes: new Uint8Array(maxBytes - bytes - envelopeBytes) };
    await world.leave(to, { kind: 'fax' }, part);
    assert.equal((await world.store.mailboxes.find(to))?.usage?.bytes, maxBytes - bytes);
  }
  const text = (change: Partial<InboundText> = {}): InboundText => {
    n += 1;
    const route = { network: 'sms', trunk: 'smpp:home', from: alice, to } as const;
    return { ...route, id: `bytes-${n}`, body: 'Hello', truncated: false, ...change };
  };
  const kept = async (): Promise<(string | undefined)[]> =>
    (await world.messages(to)).map(({ transcript, envelope }) => envelope.subject ?? transcript);

  it('B6: to know what it takes costs a deposit no command of the store', async () => {
    await world.leave(to);
    world.test.commands.length = 0;
    await world.leave(to);
    const commands = world.test.commands.map(({ commandName }) => commandName);
    // The sound, the mailbox with counters and usage, the message.
    assert.deepEqual(
      new Map([
        ['insert', 2],
        ['findAndModify', 1],
      ]),
      countEach(commands),
    );
    assert.equal((await world.store.mailboxes.find(to))?.usage?.seconds, 8);
  });

  it('B6: an e-mail that is larger than the mailbox may ever be is refused for good, if possible before it comes', async () => {
    const address = `${to}@${domain}`;
    assert.match(await world.mail({ to: address, attachments: file(700_000) }), /^552 5\.2\.3/);
    await using client = await SmtpDialogue.open(world.port);
    await client.say('EHLO far.example');
    assert.match(await client.say('MAIL FROM:<alice@far.example> SIZE=700000'), /^250/);
    assert.match(await client.say(`RCPT TO:<${address}>`), /^552 5\.2\.3/);
    // Less than half of what it says it is could be kept: it has to come for that to be known.
    assert.match(await world.mail({ to: address, attachments: file(350_000) }), /^552 5\.2\.3/);
    assert.equal((await world.messages(to)).length, 0);
  });

  it('B6: an e-mail that has no room now waits at its sender’s, and an urgent one takes the reserve', async () => {
    await leaveRoom(10_000);
    const address = `${to}@${domain}`;
    const large = { to: address, attachments: file(20_000), subject: 'Plans' };
    assert.match(await world.mail({ ...large, messageId: '<1@far.example>' }), /^452 4\.2\.2/);
    const urgent = { ...large, headers: high, subject: 'Alarm', messageId: '<2@far.example>' };
    assert.match(await world.mail(urgent), /^250/);
    assert.match(await world.mail({ to: address, subject: 'Small' }), /^452 4\.2\.2/);
    assert.match(await world.mail(urgent), /^250/, 'it is there already');
    assert.deepEqual(await kept(), ['Alarm', undefined]);
    const huge = { to: address, headers: high, attachments: file(90_000), subject: 'More' };
    assert.match(await world.mail(huge), /^452 4\.2\.2/, 'the reserve has its end');
  });

  it('B6: of several recipients each is judged by itself', async () => {
    await leaveRoom(0);
    const full = await world.mail({ to: [`${to}@${domain}`, `+12025550100@${domain}`], subject: 'All' });
    assert.match(full, /^452 4\.2\.2/);
    assert.equal((await world.messages('+12025550100' as E164)).length, 1, 'the other has it');
    assert.equal((await world.messages(to)).length, 1);
  });

  it('B6: a text takes what it needs, and an urgent one comes into the reserve', async () => {
    await leaveRoom(envelopeBytes + 5);
    assert.equal(await texts.take(text({ body: 'Hello!' })), 'refused', 'one byte too many');
    const fits = text();
    assert.equal(await texts.take(fits), 'message');
    assert.equal(await texts.take(text()), 'refused');
    assert.equal(await texts.take(fits), 'duplicate', 'its network did not hear that it was taken');
    assert.equal(await texts.take(text({ body: 'Fire', urgent: true })), 'message');
    assert.deepEqual(new Set(await kept()), new Set(['Fire', 'Hello', undefined]));
  });

  it('B6: pictures that a text brings count with it', async () => {
    await leaveRoom(50_000);
    const media = (bytes: number) => ({
      parts: [{ contentType: 'image/png', bytes: new Uint8Array(bytes) }],
      omitted: [],
      lacking: false,
    });
    assert.equal(await texts.refuses(text()), false, 'how large they are is not known yet');
    assert.equal(await texts.take(text(), media(50_000)), 'refused');
    assert.equal(await texts.take(text(), media(40_000)), 'message');
  });

  it('B6: a fax is not begun where there is no room for a page, and one within the house is weighed', async () => {
    const mailbox = await world.subscriber({}, alice);
    const faxHere = async (bytes: number) => {
      const pages = { contentType: 'image/tiff', bytes: new Uint8Array(bytes), pages: 1 };
      const deps = { ...world.shared, deposits: world.deposits };
      const end = await depositHere(deps, sampleFax({ to }), mailbox, pages, 'standard');
      await world.settled();
      return end.kind;
    };
    assert.equal(await faxHere(80_000), 'sent');
    assert.equal(await faxHere(130_000), 'failed');
    assert.equal(await faxHere(30_000), 'sent');
    const flows = new FlowWorld({ standard: { maxBytes } });
    flows.onFind = (number) => world.store.mailboxes.find(number);
    const fax = await flows.call(to, [hear('greeting-default'), faxes(faxTiff(1, 200))]);
    await answerCall(flows.media.callers.at(-1)!.call, flows.deps);
    assert.deepEqual([flows.taken, flows.rows.at(-1)?.outcome], [[], 'full']);
    assert.ok(fax.prompts.includes('greeting-default'), 'somebody who speaks has room still');
  });

  it('B6: what a subscriber sends on is weighed at each of its recipients', async () => {
    await leaveRoom(10_000);
    const roomy = '+12025550690' as E164;
    const sending = (urgent: boolean) => ({
      id: `sent-${(n += 1)}`,
      from: { ...sampleMailbox(), number: alice },
      to: [to, roomy],
      kind: 'voice' as const,
      parts: [{ contentType: 'audio/PCMU', bytes: new Uint8Array(16_000), durationMs: 2000 }],
      urgent,
    });
    assert.equal((await world.sends.recipient(to.slice(2))).kind, 'ready');
    const normal = await world.sends.send(sending(false));
    assert.deepEqual([normal.sent, normal.full], [[roomy], [to]]);
    const urgent = await world.sends.send(sending(true));
    assert.deepEqual([urgent.sent, urgent.full], [[to, roomy], []]);
    await world.settled();
  });
});

describe('A mailbox with a quota in seconds', function () {
  this.timeout(60_000);

  it('B6: tells its owner at 75, 90 and 100 percent what there is too little of', async () => {
    await using world = await openRulesWorld({ standard: { maxMessages: 1000, maxSeconds: 20 } });
    const told: string[] = [];
    for (let i = 1; i <= 5; i += 1) {
      await world.leave();
      await world.work(`2026-01-05T12:00:${i}5Z`);
      told.push(...world.told().filter((text) => text.includes('full')));
    }
    assert.deepEqual(
      told.map((text) => /[\d%]* ?full \([^)]*\)/.exec(text)?.[0]?.trim()),
      ['75% full (sound, deleted messages included)', 'full (sound, deleted messages included)'],
    );
  });
});
