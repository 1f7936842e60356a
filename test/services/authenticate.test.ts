import assert from 'node:assert/strict';
import type { E164 } from '../../app/core/ids.ts';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import { openAccessWorld, stranger, trusted, weak, type AccessWorld } from './access-world.ts';

const pin = '482915';
const other = '730582';

describe('Authentication', function () {
  this.timeout(60_000);
  let world: AccessWorld;
  before(async () => (world = await openAccessWorld()));
  after(() => world[Symbol.asyncDispose]());

  async function withPin(classOfService?: string): Promise<Mailbox> {
    const mailbox = await world.mailbox(classOfService);
    assert.deepEqual(await world.authentication.setPin(mailbox, pin), { kind: 'set' });
    return mailbox;
  }

  describe('The way in', () => {
    it('from an own phone is open without PIN; choosing one is offered once a day', async () => {
      const mailbox = await world.mailbox();
      const asker = trusted(mailbox.number);
      assert.deepEqual(await world.authentication.admit(mailbox, asker), { kind: 'in', offer: true });
      assert.deepEqual(await world.authentication.admit(mailbox, asker), { kind: 'in', offer: false });
      world.pass(24 * 60);
      assert.deepEqual(await world.authentication.admit(mailbox, asker), { kind: 'in', offer: true });
      assert.equal((await world.store.mailboxes.get(mailbox.id))?.status, 'active');
      assert.deepEqual(
        await world.audited(mailbox),
        Array.from({ length: 3 }, () => 'login own-phone'),
      );
    });

    it('from an alias is the same', async () => {
      const mailbox = await world.mailbox();
      const asker = trusted('+12025559999');
      const aliases = ['+12025559999' as E164];
      assert.equal((await world.authentication.admit({ ...mailbox, aliases }, asker)).kind, 'in');
      assert.equal((await world.authentication.admit(mailbox, asker)).kind, 'code');
    });

    it('of a class that asks everybody is by PIN, which an own phone may choose at once', async () => {
      const mailbox = await world.mailbox('strict');
      const asker = trusted(mailbox.number);
      assert.deepEqual(await world.authentication.admit(mailbox, asker), { kind: 'choose' });
      await world.authentication.setPin(mailbox, pin);
      assert.deepEqual(await world.authentication.admit(mailbox, asker), { kind: 'pin' });
    });

    it('of a suspended mailbox is closed to everybody: own phone, right PIN, code', async () => {
      const suspended = async (mailbox: Mailbox): Promise<Mailbox> => ({ ...mailbox, status: 'suspended' });
      const mailbox = await suspended(await withPin());
      const closed = { kind: 'suspended' };
      const asker = trusted(mailbox.number);
      assert.deepEqual(await world.authentication.admit(mailbox, asker), closed);
      assert.deepEqual(await world.authentication.login(mailbox, pin, asker), closed);
      assert.deepEqual(await world.audited(mailbox), ['pin-set set', 'login suspended', 'login suspended']);
      const none = await suspended(await world.mailbox());
      assert.deepEqual(await world.authentication.sendCode(none, asker), { kind: 'cannot' });
    });

    it('for anybody else is by PIN, and by code where there is none', async () => {
      for (const asker of [stranger('+12025550100'), trusted('+12025550100')]) {
        assert.deepEqual(await world.authentication.admit(await world.mailbox(), asker), { kind: 'code' });
        assert.deepEqual(await world.authentication.admit(await withPin(), asker), { kind: 'pin' });
      }
      const mailbox = await withPin();
      // A number that anybody can write down does not make an own phone.
      const liar = { ...stranger(mailbox.number), number: mailbox.number };
      assert.deepEqual(await world.authentication.admit(mailbox, liar), { kind: 'pin' });
    });
  });

  describe('A PIN', () => {
    it('right is in, wrong is not; both are audited, with no PIN in it', async () => {
      const mailbox = await withPin();
      const asker = stranger('+12025550101');
      assert.deepEqual(await world.authentication.login(mailbox, other, asker), {
        kind: 'wrong',
        next: { kind: 'open', left: 2 },
      });
      assert.deepEqual(await world.authentication.login(mailbox, pin, asker), { kind: 'in' });
      assert.deepEqual(await world.audited(mailbox), ['pin-set set', 'login wrong', 'login in']);
      const events = await world.store.audit.list({ limit: 10, mailbox: mailbox.id });
      assert.ok(!JSON.stringify(events).includes(pin) && !JSON.stringify(events).includes(other));
      assert.equal(events[0]?.caller, 'trunk:+12025550101');
      assert.equal(events[0]?.call, 'call');
    });

    for (const hostile of ['', ' ', '0', '482915\u0000', '４８２９１５', '9'.repeat(10_000), '$argon2id$']) {
      it(`${JSON.stringify(hostile.slice(0, 12))} is wrong`, async () => {
        const mailbox = await withPin();
        const login = await world.authentication.login(mailbox, hostile, stranger('+12025550102x'));
        assert.equal(login.kind, 'wrong');
      });
    }

    it('where there is none opens nothing and counts for nothing', async () => {
      const mailbox = await world.mailbox();
      for (let i = 0; i < 5; i += 1) {
        const login = await world.authentication.login(mailbox, '', stranger('+12025550103'));
        assert.deepEqual(login, { kind: 'no-pin' });
      }
    });

    it('may not be one of the last five, and may be the one before', async () => {
      const mailbox = await world.mailbox();
      const pins = ['482915', '730582', '907326', '618402', '275936', '845237'];
      for (const one of pins.slice(0, 5))
        assert.deepEqual(await world.authentication.setPin(mailbox, one), { kind: 'set' });
      for (const one of pins.slice(0, 5)) {
        assert.equal(await world.authentication.judgePin(mailbox, one), 'used-before');
        assert.deepEqual(await world.authentication.setPin(mailbox, one), {
          kind: 'refused',
          why: 'used-before',
        });
      }
      assert.deepEqual(await world.authentication.setPin(mailbox, pins[5] as string), { kind: 'set' });
      assert.deepEqual(await world.authentication.setPin(mailbox, pins[0] as string), { kind: 'set' });
    });

    it('that is too easy is refused', async () => {
      const mailbox = await world.mailbox();
      for (const [easy, why] of [
        ['123456', 'sequence'],
        [mailbox.number.slice(-6), undefined],
        ['12345', 'too-short'],
      ] as const) {
        const result = await world.authentication.setPin(mailbox, easy);
        assert.equal(result.kind, 'refused');
        if (why !== undefined) assert.deepEqual(result, { kind: 'refused', why });
      }
      assert.equal(await world.authentication.hasPin(mailbox.id), false);
    });

    it('by the operator is random, must be changed, and ends all waits', async () => {
      const mailbox = await withPin();
      const asker = stranger('+12025550104');
      for (let i = 0; i < 3; i += 1) await world.authentication.login(mailbox, other, asker);
      assert.equal((await world.authentication.login(mailbox, pin, asker)).kind, 'locked');
      const first = await world.authentication.firstPin(mailbox);
      assert.match(first, /^\d{6}$/);
      assert.deepEqual(await world.authentication.login(mailbox, first, asker), { kind: 'change' });
      assert.deepEqual(await world.authentication.login(mailbox, pin, asker), {
        kind: 'wrong',
        next: { kind: 'open', left: 2 },
      });
      await world.authentication.setPin(mailbox, other);
      assert.deepEqual(await world.authentication.login(mailbox, other, asker), { kind: 'in' });
      assert.ok((await world.audited(mailbox)).includes('first-pin set'));
    });

    it('is hashed anew at a login when the parameters have changed', async () => {
      const mailbox = await withPin();
      const before = (await world.store.credentials.get(mailbox.id))?.hash;
      const stronger = world.over({ ...weak, memoryKiB: 128 });
      assert.equal((await stronger.login(mailbox, pin, stranger('+12025550105'))).kind, 'in');
      const after = (await world.store.credentials.get(mailbox.id))?.hash ?? '';
      assert.notEqual(after, before);
      assert.match(after, /m=128/);
      assert.equal((await stronger.login(mailbox, pin, stranger('+12025550105'))).kind, 'in');
    });
  });

  describe('Waits', () => {
    it('grow with each wrong PIN, hold on every controller, and end with the right one', async () => {
      const mailbox = await withPin();
      const asker = stranger('+12025550106');
      const second = world.over(weak);
      const started = world.authentication;
      for (let i = 0; i < 2; i += 1) await started.login(mailbox, other, asker);
      const third = await second.login(mailbox, other, asker);
      assert.equal(third.kind === 'wrong' && third.next.kind, 'locked');
      for (const minutes of [1, 5, 15, 60]) {
        assert.equal((await started.login(mailbox, pin, asker)).kind, 'locked', 'the right one too');
        assert.equal((await started.admit(mailbox, asker)).kind, 'locked');
        world.pass(minutes);
        assert.equal((await second.login(mailbox, other, asker)).kind, 'wrong', `after ${minutes} minutes`);
      }
      world.pass(240);
      assert.deepEqual(await started.login(mailbox, pin, asker), { kind: 'in' });
      assert.deepEqual(await started.login(mailbox, other, asker), {
        kind: 'wrong',
        next: { kind: 'open', left: 2 },
      });
    });

    it('a hundred tries at once are no more than one after the other', async () => {
      const mailbox = await withPin();
      const asker = stranger('+12025550107');
      const second = world.over(weak);
      const logins = await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          (i % 2 === 0 ? world.authentication : second).login(mailbox, other, asker),
        ),
      );
      assert.equal(logins.filter((login) => login.kind === 'wrong').length, 3);
      assert.equal(logins.filter((login) => login.kind === 'locked').length, 97);
    });

    it('of one caller who goes from mailbox to mailbox', async () => {
      const asker = stranger('+12025550108');
      const kinds: string[] = [];
      for (let i = 0; i < 12; i += 1) {
        const mailbox = await withPin();
        kinds.push((await world.authentication.login(mailbox, other, asker)).kind);
      }
      assert.deepEqual(kinds, [...Array.from({ length: 10 }, () => 'wrong'), 'locked', 'locked']);
    });

    it('are not washed away by a login at a mailbox of one’s own', async () => {
      const asker = stranger('+12025550109');
      const own = await withPin();
      let judged = 0;
      for (let i = 0; i < 15; i += 1) {
        const victim = await withPin();
        if ((await world.authentication.login(victim, other, asker)).kind === 'wrong') judged += 1;
        await world.authentication.login(own, pin, asker);
      }
      assert.equal(judged, 10);
    });

    it('callers without a number do not wait for each other at other mailboxes', async () => {
      const nobody = { key: 'trunk:', trusted: false };
      for (let i = 0; i < 15; i += 1) {
        const login = await world.authentication.login(await withPin(), other, nobody);
        assert.equal(login.kind, 'wrong');
      }
    });
  });

  describe('One-time codes', () => {
    it('go to the subscriber and let who types one choose a PIN', async () => {
      const mailbox = await world.mailbox();
      const asker = stranger('+12025550110');
      assert.deepEqual(await world.authentication.sendCode(mailbox, asker), { kind: 'sent' });
      const text = world.texts.at(-1);
      assert.equal(text?.to, mailbox.number);
      assert.equal(text?.gateway, 'sip');
      assert.match(text?.body ?? '', /\b\d{6}\b.*10 minutes/);
      const { code } = world;
      const wrong = code === '111111' ? '222222' : '111111';
      assert.equal((await world.authentication.checkCode(mailbox, wrong, asker)).kind, 'wrong');
      assert.deepEqual(await world.authentication.checkCode(mailbox, code, asker), { kind: 'right' });
      assert.equal((await world.authentication.checkCode(mailbox, code, asker)).kind, 'over', 'used up');
      const audited = await world.audited(mailbox);
      assert.deepEqual(audited, ['code-sent sent', 'code wrong', 'code right', 'code over']);
    });

    it('are over after ten minutes, and after three wrong ones', async () => {
      const mailbox = await world.mailbox();
      await world.authentication.sendCode(mailbox, stranger('+12025550111'));
      const { code } = world;
      world.pass(10);
      const late = await world.authentication.checkCode(mailbox, code, stranger('+12025550111'));
      assert.equal(late.kind, 'over');
      await world.authentication.sendCode(mailbox, stranger('+12025550111'));
      const again = world.code;
      for (let i = 0; i < 3; i += 1)
        await world.authentication.checkCode(mailbox, '000000', stranger(`+1202555012${i}`));
      const used = await world.authentication.checkCode(mailbox, again, stranger('+12025550113'));
      assert.equal(used.kind, 'over');
    });

    it('are three an hour, to one subscriber and for one caller', async () => {
      const mailbox = await world.mailbox();
      const kinds: string[] = [];
      for (let i = 0; i < 5; i += 1)
        kinds.push((await world.authentication.sendCode(mailbox, stranger(`+1202555013${i}`))).kind);
      assert.deepEqual(kinds, ['sent', 'sent', 'sent', 'too-many', 'too-many']);
      const caller = stranger('+12025550140');
      const sent = world.texts.length;
      for (let i = 0; i < 5; i += 1) await world.authentication.sendCode(await world.mailbox(), caller);
      assert.equal(world.texts.length, sent + 3);
      world.pass(60);
      assert.equal((await world.authentication.sendCode(mailbox, caller)).kind, 'sent');
    });

    it('asked for by fifty at once are three', async () => {
      const mailbox = await world.mailbox();
      const sent = world.texts.length;
      await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          world.authentication.sendCode(mailbox, stranger(`+120255502${i + 10}`)),
        ),
      );
      assert.ok(world.texts.length - sent <= 3, `${world.texts.length - sent} texts`);
    });

    it('asked for by strangers with another number each time, at one mailbox after the other, are sixty an hour', async () => {
      await using own = await openAccessWorld();
      const kinds: string[] = [];
      for (let i = 0; i < 64; i += 1) {
        const asker = stranger(`+120255503${10 + i}`);
        kinds.push((await own.authentication.sendCode(await own.mailbox(), asker)).kind);
      }
      assert.deepEqual([...new Set(kinds.slice(0, 60))], ['sent']);
      assert.deepEqual([...new Set(kinds.slice(60))], ['too-many']);
      assert.equal(own.texts.length, 60);
      const elsewhere = { key: 'other:+12025550399', trusted: false };
      assert.equal((await own.authentication.sendCode(await own.mailbox(), elsewhere)).kind, 'sent');
      own.pass(61);
      assert.equal(
        (await own.authentication.sendCode(await own.mailbox(), stranger('+12025550398'))).kind,
        'sent',
      );
    });

    it('go to no number that costs more than others, whatever was set', async () => {
      const mailbox = await world.mailbox();
      const settings = { ...mailbox.settings, addresses: { sms: '+19005550123' as E164 } };
      const sent = world.texts.length;
      const asked = await world.authentication.sendCode({ ...mailbox, settings }, stranger('+12025550142'));
      assert.equal(asked.kind, 'cannot');
      assert.equal(world.texts.length, sent);
    });

    it('are not sent where there is a PIN, or where the subscriber wants no texts', async () => {
      const caller = stranger('+12025550141');
      assert.equal((await world.authentication.sendCode(await withPin(), caller)).kind, 'cannot');
      const stopped = { ...(await world.mailbox()), textsStopped: new Date() };
      assert.equal((await world.authentication.sendCode(stopped, caller)).kind, 'cannot');
    });
  });
});
