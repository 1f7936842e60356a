import assert from 'node:assert/strict';
import type { E164 } from '../../app/core/ids.ts';
import type { Content } from '../../app/ports/convert.ts';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import type { InboundMail } from '../../app/ports/mail.ts';
import { createFaxMail } from '../../app/services/fax-mail.ts';
import type { FaxOut, FaxRefusal, FaxRequest } from '../../app/services/fax-out.ts';
import type { MailToFax } from '../../app/services/mail-in.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { FlowWorld, access, mailbox } from '../flows/world.ts';
import { silentLog } from '../ports/silent-log.ts';
import { shippedTexts } from '../speech/shipped.ts';

const relay = '192.0.2.7';
const address = 'anna@example.com';
const owner: Mailbox = { ...mailbox(), settings: { addresses: { email: address } } };

interface Desk {
  readonly faxMail: MailToFax;
  readonly asked: FaxRequest[];
  /** Mails, as `to: body`. */
  readonly told: string[];
}

/** The service alone: who sends faxes and who has addresses are stand-ins here, and are tried on a real store elsewhere. */
function desk(owners: readonly Mailbox[] = [owner], refusal?: FaxRefusal): Desk {
  const { deps } = new FlowWorld();
  const asked: FaxRequest[] = [];
  const told: string[] = [];
  const faxOut: Pick<FaxOut, 'request'> = {
    request: async (request) => {
      asked.push(request);
      if (refusal !== undefined) return { kind: 'refused', why: refusal };
      return { kind: 'taken', id: 'fax' as never, known: false };
    },
  };
  const keys = new Set<string>();
  const notifications = {
    ensure: async (notification: { readonly message: string }) => {
      const created = !keys.has(notification.message);
      keys.add(notification.message);
      return { notification, created };
    },
    sent: async () => undefined,
    failed: async () => undefined,
  };
  const faxMail = createFaxMail({
    ...deps,
    store: {
      mailboxes: {
        byEmail: async (one: string) => owners.filter(({ settings }) => settings.addresses?.email === one),
      },
      notifications,
      stops: { has: async () => false },
    } as never,
    faxOut,
    texts: shippedTexts,
    access: access as E164,
    random: systemRandom,
    log: silentLog,
    gateways: new Map([
      ['email', { name: 'email', send: async ({ to, body }) => (told.push(`${to}: ${body}`), {}) }],
    ]),
    mails: { write: async (_, body) => ({ body, mail: undefined as never }), over: async () => undefined },
    retry: { maxTries: 1, firstRetryMs: 1, maxRetryMs: 1 },
    onDue: () => undefined,
    isTrusted: (client) => client === relay,
  });
  return { faxMail, asked, told };
}

function mail(change: Partial<InboundMail> = {}): InboundMail {
  return {
    id: 'mail-1',
    sender: address,
    client: relay,
    from: { address },
    subject: 'The plan',
    urgent: false,
    confidential: false,
    automatic: 'no',
    loops: [],
    hops: 1,
    words: 'Please see the plan.',
    parts: [{ contentType: 'application/pdf', bytes: Buffer.from('%PDF-1.7'), name: 'plan.pdf' }],
    omitted: [],
    ...change,
  };
}

function contentsOf(request: FaxRequest | undefined): readonly Content[] {
  return (request?.content ?? []) as readonly Content[];
}

describe('A mail that is to be faxed', () => {
  it('goes to the number it is addressed to, with a cover that says what it said', async () => {
    const { faxMail, asked, told } = desk();
    assert.equal(await faxMail.recipient('12025550166', address), 'taken');
    await faxMail.take(mail(), '12025550166');
    const [request] = asked;
    assert.deepEqual(
      [request?.to, request?.from.id, request?.reply],
      ['+12025550166', owner.id, { gateway: 'email', to: address }],
    );
    assert.deepEqual(request?.cover, { subject: 'The plan', text: 'Please see the plan.' });
    assert.deepEqual(
      contentsOf(request).map(({ contentType }) => contentType),
      ['application/pdf'],
    );
    assert.deepEqual(told, []);
  });

  it('is the same fax when it comes again', async () => {
    const { faxMail, asked } = desk();
    await faxMail.take(mail(), '+12025550166');
    await faxMail.take(mail(), '2025550166');
    assert.deepEqual([asked[0]?.id, asked.length], [asked[1]?.id, 2]);
  });

  it('that is long has pages for its words', async () => {
    const { faxMail, asked } = desk();
    await faxMail.take(mail({ words: 'word '.repeat(500), parts: [] }), '2025550166');
    assert.equal(contentsOf(asked[0])[0]?.contentType, 'text/plain; charset=utf-8');
    assert.deepEqual(asked[0]?.cover, { subject: 'The plan' });
  });

  it('of somebody unknown, or to no number, is refused before it is sent', async () => {
    const { faxMail } = desk();
    assert.equal(await faxMail.recipient('12025550166', 'stranger@example.com'), 'unknown');
    assert.equal(await faxMail.recipient('12025550166', ''), 'unknown');
    assert.equal(await faxMail.recipient('12', address), 'unknown');
    const shared = desk([owner, { ...owner, id: 'other' as never }]);
    assert.equal(await shared.faxMail.recipient('12025550166', address), 'unknown');
  });

  it('from a client that nobody trusts, or with another author than its sender, is refused', async () => {
    const { faxMail, asked } = desk();
    for (const change of [
      { client: '198.51.100.9' },
      { from: { address: 'boss@example.com' } },
      { sender: 'stranger@example.com', from: { address: 'stranger@example.com' } },
    ])
      await assert.rejects(async () => faxMail.take(mail(change), '2025550166'), {
        code: 'invalid',
        temporary: false,
      });
    assert.deepEqual(asked, []);
  });

  it('that a machine wrote in answer is let go by, so that no two of them go on for ever; a scanner’s is not', async () => {
    const { faxMail, asked, told } = desk();
    await faxMail.take(mail({ automatic: 'reply' }), '2025550166');
    assert.deepEqual([asked, told], [[], []]);
    await faxMail.take(mail({ automatic: 'generated' }), '2025550166');
    assert.equal(asked.length, 1);
  });

  for (const [why, words] of [
    ['denied', 'that number cannot be called from here'],
    ['daily-limit', 'you have made all the calls of today'],
    ['document', 'the document cannot be faxed'],
  ] as const) {
    it(`that may not be faxed (${why}) is answered by mail, once`, async () => {
      const { faxMail, told } = desk([owner], why);
      await faxMail.take(mail(), '2025550166');
      await faxMail.take(mail(), '2025550166');
      assert.deepEqual(told, [`${address}: Your fax to +12025550166 was not delivered: ${words}.`]);
    });
  }

  it('of which something was left out is not faxed by half', async () => {
    const { faxMail, asked, told } = desk();
    await faxMail.take(mail({ omitted: [{ why: 'too-large', name: 'plan.pdf' }] }), '2025550166');
    assert.deepEqual(asked, []);
    assert.match(told.join(), /the document cannot be faxed/);
  });
});
