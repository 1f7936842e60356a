import assert from 'node:assert/strict';
import type { Mailbox } from '../../app/core/mailbox/mailbox.ts';
import type { Login } from '../../app/services/authenticate.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { openAccessWorld, stranger, trusted, type AccessWorld } from './access-world.ts';

const callers = 100;
const tries = 10_000;
/** Tries under way at once. */
const lines = 24;
/** The whole attack takes so long, in minutes. */
const minutes = 24 * 60;
/** Most tries at one mailbox that strangers get judged in that time: ten, and one after each wait. */
const mostJudged = 16;

describe('10,000 tries of PINs from 100 callers', function () {
  this.timeout(280_000);
  let world: AccessWorld;
  let standard: Mailbox[];
  let strict: Mailbox[];
  const pins = new Map<string, string>();
  const logins: { readonly mailbox: string; readonly caller: string; readonly login: Login }[] = [];
  /** What came of the visits of right subscribers meanwhile. */
  const visits: string[] = [];

  before(async () => {
    world = await openAccessWorld();
    const several = (count: number, classOfService: string) =>
      Promise.all(Array.from({ length: count }, () => world.mailbox(classOfService)));
    [standard, strict] = await Promise.all([several(10, 'standard'), several(10, 'strict')]);
    for (const mailbox of [...standard, ...strict])
      pins.set(mailbox.id, await world.authentication.firstPin(mailbox));
    await attack();
  });

  after(() => world[Symbol.asyncDispose]());

  /** Half of the callers are at phones whose numbers can be believed; nobody knows a PIN. */
  async function attack(): Promise<void> {
    const mailboxes = [...standard, ...strict];
    let next = 0;
    const line = async (): Promise<void> => {
      for (let n = next++; n < tries; n = next++) {
        const number = `+1303555${String(n % callers).padStart(4, '0')}`;
        const asker = n % 2 === 0 ? stranger(number) : trusted(number);
        const mailbox = mailboxes[(n * 7) % mailboxes.length] as Mailbox;
        const login = await world.authentication.login(mailbox, guess(pins.get(mailbox.id)), asker);
        logins.push({ mailbox: mailbox.id, caller: asker.key, login });
        world.pass(minutes / tries);
        if (n % 500 === 250) await rightSubscribersCall();
      }
    };
    await Promise.all(Array.from({ length: lines }, line));
  }

  async function rightSubscribersCall(): Promise<void> {
    for (const mailbox of [standard[0], strict[0]] as Mailbox[]) {
      const own = trusted(mailbox.number);
      const { kind } = await world.authentication.admit(mailbox, own);
      if (kind !== 'pin') visits.push(`${mailbox.classOfService} ${kind}`);
      else {
        const login = await world.authentication.login(mailbox, pins.get(mailbox.id) ?? '', own);
        visits.push(`${mailbox.classOfService} PIN ${login.kind}`);
      }
    }
  }

  it('open nothing', () => {
    assert.equal(logins.length, tries);
    const kinds = new Set(logins.map(({ login }) => login.kind));
    assert.deepEqual([...kinds].toSorted(), ['locked', 'wrong']);
  });

  it(`are judged at most ${mostJudged} times at each mailbox, all others meet a lock`, () => {
    const judged = logins.filter(({ login }) => login.kind === 'wrong');
    for (const id of pins.keys()) {
      const here = judged.filter(({ mailbox }) => mailbox === id).length;
      assert.ok(here >= 10 && here <= mostJudged, `${here} judged at one mailbox`);
    }
    assert.ok(judged.length <= pins.size * mostJudged);
  });

  it('lock every mailbox for strangers, who then get in with the right PIN neither', async () => {
    for (const mailbox of [...standard, ...strict]) {
      const late = stranger('+14045550123');
      assert.equal((await world.authentication.admit(mailbox, late)).kind, 'locked');
      const login = await world.authentication.login(mailbox, pins.get(mailbox.id) ?? '', late);
      assert.equal(login.kind, 'locked');
    }
  });

  it('the right subscribers are let in from their own phones all the time, by PIN where the class asks', () => {
    assert.ok(visits.length >= 30, `${visits.length} visits`);
    assert.deepEqual([...new Set(visits)].toSorted(), ['standard in', 'strict PIN change']);
  });

  it('are all in the audit, without a PIN', async () => {
    await world.auditor.flush();
    const events = await world.store.audit.list({ limit: 20_000 });
    const outcome = (wanted: string) =>
      events.filter(
        ({ event, outcome, caller }) =>
          event === 'login' && outcome === wanted && caller.includes('+1303555'),
      ).length;
    assert.equal(outcome('wrong') + outcome('locked'), tries);
    assert.equal(outcome('in') + outcome('must-change') + outcome('own-phone'), 0);
    // Ids and times hold digits too; what people typed could stand in no other field.
    const said = events.map(({ event, outcome, caller, call }) => [event, outcome, caller, call].join(' '));
    for (const pin of pins.values()) assert.ok(said.every((text) => !text.includes(` ${pin}`)));
  });

  it('end, and after a day of peace a stranger with the right PIN is in', async () => {
    world.pass(24 * 60);
    const mailbox = standard[3] as Mailbox;
    const login = await world.authentication.login(
      mailbox,
      pins.get(mailbox.id) ?? '',
      stranger('+14045550124'),
    );
    assert.equal(login.kind, 'change');
  });
});

/** Six digits that are not the PIN. */
function guess(pin: string | undefined): string {
  for (;;) {
    const digits = systemRandom.digits(6);
    if (digits !== pin) return digits;
  }
}
