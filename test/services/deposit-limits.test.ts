import assert from 'node:assert/strict';
import type { E164 } from '../../app/core/ids.ts';
import type { DepositScope } from '../../app/core/mailbox/deposit-limits.ts';
import { answerCall } from '../../app/flows/answer.ts';
import { faxes, hear, press, silence, speak } from '../../app/media/scripted/steps.ts';
import type { InboundText } from '../../app/ports/media.ts';
import { createWebDeposits } from '../../app/services/deposit-by-web.ts';
import { depositAllowed, type Leave } from '../../app/services/deposit-limits.ts';
import { createTextMessages } from '../../app/services/text-message.ts';
import { systemDigest } from '../../app/telemetry/system-digest.ts';
import { faxTiff } from '../fax/tiff.ts';
import { FlowWorld } from '../flows/world.ts';
import { silentLog } from '../ports/silent-log.ts';
import { shippedTexts } from '../speech/shipped.ts';
import { allowing } from './allowing.ts';
import { access, bob, domain, openMailServices, type MailServicesWorld } from './mail-services.ts';

const alice = '+12025550123' as E164;
const carol = '+12025550124' as E164;
const deposits = {
  enabled: true,
  caller: { minute: 3 },
  callerAtMailbox: { minute: 2 },
  mailbox: { minute: 4 },
};
const waits = silence(60_000);

/** One store; a mailbox takes four messages a minute, two of them by one caller; a caller leaves three in all. */
describe('Who leaves very many messages', function () {
  this.timeout(60_000);
  let world: MailServicesWorld;
  let refused: DepositScope[];
  let n = 0;

  beforeEach(async () => {
    refused = [];
    world = await openMailServices({ standard: { notify: [], deposits } });
    await world.subscriber();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  const allowance = () => allowing(world.shared, refused);
  const leave = async (from: string | undefined, to: E164 = bob, trusted = false): Promise<Leave['kind']> => {
    const mailbox = await world.store.mailboxes.find(to);
    const sender = { private: false, ...(from === undefined ? {} : { number: from }) };
    const asked = { kind: 'voice', from: sender, to, mailbox, classOfService: 'standard', trusted } as const;
    return (await allowance().take(asked)).kind;
  };

  /** A call from a phone like any other, at a time of the store’s world. */
  async function call(
    to: E164,
    from: string,
    steps: Parameters<FlowWorld['call']>[1],
    kind: 'incoming' | 'fax' = 'incoming',
  ) {
    const flows = new FlowWorld();
    flows.onFind = (number) => world.store.mailboxes.find(number);
    const facts = { requestUser: to, toUser: to, from: { number: from }, trunk: 'elsewhere' };
    const person = flows.media.ring({ facts, steps, entry: { kind } });
    await answerCall(person.call, { ...flows.deps, allowance: allowance() });
    return { person, flows };
  }

  it('B4: is refused at that mailbox, then at all; others fill the mailbox’s own measure, and a minute later all may again', async () => {
    assert.deepEqual(
      [await leave(alice), await leave(alice), await leave(alice)],
      ['may', 'may', 'too-many'],
    );
    assert.deepEqual([await leave(alice, carol), await leave(alice, carol)], ['may', 'too-many']);
    // Callers without a number are one caller.
    assert.deepEqual(
      [await leave(undefined), await leave(undefined), await leave(undefined)],
      ['may', 'may', 'too-many'],
    );
    assert.equal(await leave(carol), 'too-many');
    assert.deepEqual(refused, ['callerAtMailbox', 'caller', 'callerAtMailbox', 'mailbox']);
    // Subscribers who leave something for themselves are free, if it is them.
    assert.equal(await leave(bob, bob, true), 'may');
    assert.equal(await leave(bob, bob), 'too-many');
    world.at('2026-01-05T12:01:00Z');
    assert.equal(await leave(alice), 'may');
  });

  it('B4: hears so by telephone, and the call ends; who leaves nothing is not counted', async () => {
    for (let i = 0; i < 5; i += 1) await call(bob, alice, [hear('leave-message'), press('#')]);
    for (let i = 0; i < 2; i += 1) {
      const { flows } = await call(bob, alice, [hear('beep'), speak(3000)]);
      assert.equal(flows.taken.length, 1);
    }
    const { person, flows } = await call(bob, alice, [waits]);
    assert.deepEqual(person.prompts, ['too-many-messages', 'goodbye']);
    assert.deepEqual([flows.taken, flows.rows[0]?.outcome], [[], 'too-many']);
    // The tone comes too late for this one; its machine dials anew and hears busy.
    const fax = await call(bob, alice, [hear('too-many-messages'), faxes(faxTiff(1, 200))], 'fax');
    assert.deepEqual(fax.flows.taken, []);
    assert.equal(fax.flows.rows[0]?.outcome, 'too-many');
  });

  it('B4: writes texts, of which the first that is too many is refused; the others are counted and not answered', async () => {
    await world.subscriber({}, alice);
    const texts = createTextMessages({
      ...world.shared,
      deposits: world.deposits,
      allowance: allowance(),
      notify: world.notify,
      account: world.account,
      trunks: [{ name: 'trunk', trusted: true }],
      log: silentLog,
      ownNumbers: [],
      texts: shippedTexts,
      access,
    });
    const take = (from: string, change: Partial<InboundText> = {}) => {
      n += 1;
      const route = { network: 'sip', trunk: 'trunk', from, to: bob } as const;
      return texts.take({ ...route, id: `text-${n}`, body: 'Hello', truncated: false, ...change });
    };
    const came: string[] = [];
    for (let i = 0; i < 5; i += 1) came.push(await take(alice));
    assert.deepEqual(came, ['message', 'message', 'too-many', 'refused', 'refused']);
    assert.deepEqual(
      world.texts.map(({ to, body }) => [to, body.slice(0, 24)]),
      [[alice, 'Your text did not arrive']],
    );
    // A repeat of one that is there counts nothing.
    const again = { id: 'twice', network: 'sms', trunk: 'smpp:home' } as const;
    assert.deepEqual([await take(carol, again), await take(carol, again)], ['message', 'duplicate']);
    assert.equal(await take(carol), 'message');
    assert.equal((await world.messages()).length, 4);
  });

  it('B4: is not counted for what could not be taken, however often it was tried', async () => {
    const from = { private: false, number: alice };
    const asked = { kind: 'text', from, to: bob, mailbox: undefined, classOfService: 'standard' } as const;
    for (let tries = 0; tries < 4; tries += 1) {
      const taken = await allowance().take(asked);
      assert.ok(taken.kind === 'may', `try ${tries}`);
      const failing = depositAllowed(taken, () => Promise.reject(new Error('neither store nor disk')));
      await assert.rejects(failing, /neither store nor disk/);
    }
  });

  it('B4: mails, and their server is to try again later; leaves it over the web, and hears when', async () => {
    const mail = (from: string) => world.mail({ to: `${bob}@${domain}`, from });
    assert.match(await mail('alice@far.example'), /^250/);
    assert.match(await mail('ALICE@far.example'), /^250/);
    assert.match(await mail('alice@far.example'), /^450 4\.7\.1/);
    const web = createWebDeposits({
      ...world.shared,
      deposits: world.deposits,
      allowance: allowance(),
      measure: async (parts) => [...parts],
      digest: systemDigest,
    });
    const mailbox = (await world.store.mailboxes.find(bob))!;
    const note = (id: string, own: boolean) =>
      web.take({
        id,
        mailbox,
        from: own ? { number: bob, private: false } : { name: 'The bank', private: false },
        own,
        text: 'Hello',
        parts: [],
        urgent: false,
      });
    assert.equal((await note('1', false)).kind, 'stored');
    assert.equal((await note('2', false)).kind, 'stored');
    assert.equal((await note('2', false)).kind, 'duplicate');
    assert.deepEqual(await note('3', false), {
      kind: 'too-many',
      scope: 'callerAtMailbox',
      retrySeconds: 60,
    });
    assert.equal((await note('4', true)).kind, 'stored');
  });

  it('B4: costs one command of the store, and none without limits; of many at once no more are taken', async () => {
    let commands = 0;
    const usage = {
      ...world.store.usage,
      takeRates: (...asked: Parameters<typeof world.store.usage.takeRates>) => {
        commands += 1;
        return world.store.usage.takeRates(...asked);
      },
    };
    const counted = allowing({ ...world.shared, store: { usage } });
    const asked = {
      kind: 'text',
      from: { number: alice, private: false },
      to: bob,
      mailbox: undefined,
      classOfService: 'standard',
    } as const;
    const answers = await Promise.all(Array.from({ length: 50 }, () => counted.take(asked)));
    assert.equal(answers.filter(({ kind }) => kind === 'may').length, 2);
    assert.equal(commands, 50);
    const profiles = {
      ...world.shared.profiles,
      classOfService: (name: string) => ({
        ...world.shared.profiles.classOfService(name),
        deposits: { ...deposits, enabled: false },
      }),
    };
    const free = allowing({ ...world.shared, profiles, store: { usage } });
    for (let i = 0; i < 5; i += 1) assert.equal((await free.take(asked)).kind, 'may');
    assert.equal(commands, 50);
  });
});
