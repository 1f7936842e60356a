import assert from 'node:assert/strict';
import type { E164 } from '../../app/core/ids.ts';
import { answerCall } from '../../app/flows/answer.ts';
import { faxes, hear, silence } from '../../app/media/scripted/steps.ts';
import type { InboundText } from '../../app/ports/media.ts';
import { createTextMessages, type TextMessages } from '../../app/services/text-message.ts';
import { faxTiff } from '../fax/tiff.ts';
import { FlowWorld, subscriber } from '../flows/world.ts';
import { silentLog } from '../ports/silent-log.ts';
import { shippedTexts } from '../speech/shipped.ts';
import { access, domain, openMailServices, type MailServicesWorld } from './mail-services.ts';

const alice = '+12025550123' as E164;
const kinds = ['voice', 'fax', 'text', 'email', 'image', 'video'] as const;
const maxMessages = kinds.length;

/** One mailbox with one message of each kind, which is all that it takes. */
describe('A mailbox that is full of messages of all kinds', function () {
  this.timeout(60_000);
  let world: MailServicesWorld;
  let texts: TextMessages;
  let n = 0;

  before(async () => {
    world = await openMailServices({ standard: { notify: [], maxMessages } });
    texts = createTextMessages({
      ...world.shared,
      deposits: world.deposits,
      notify: world.notify,
      account: world.account,
      trunks: [{ name: 'trunk', trusted: true }],
      log: silentLog,
      ownNumbers: [],
      texts: shippedTexts,
      access,
    });
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
