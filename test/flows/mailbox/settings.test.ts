import assert from 'node:assert/strict';
import type { E164 } from '../../../app/core/ids.ts';
import type { Mailbox } from '../../../app/core/mailbox/mailbox.ts';
import { settingsDialogue } from '../../../app/flows/mailbox/settings.ts';
import { hear, press, silence, type Step } from '../../../app/media/scripted/steps.ts';
import { OwnWorld } from '../own-world.ts';
import { assertHeard } from '../world.ts';

const menu = hear('menu-settings-lists');
const list = hear('menu-list-add');

describe("A subscriber's settings", function () {
  this.timeout(60_000);
  let world: OwnWorld;
  let bob: Mailbox;

  before(async () => {
    world = await OwnWorld.open();
  });
  beforeEach(async () => {
    bob = await world.subscriber();
  });
  after(() => world[Symbol.asyncDispose]());

  const talk = async (...steps: readonly Step[]) => {
    const own = await world.now(bob);
    return world.talk(steps, (call, deps) => settingsDialogue(call, own, deps));
  };
  const members = async (key: string) => (await world.now(bob)).settings.lists?.[key]?.members;
  const enters = (number: string) => press(`${number.slice(2)}#`);
  const opens = (key: string): Step[] => [menu, press('5'), hear('list-enter'), press(`${key}#`)];

  it('1 changes the PIN: the new one opens the mailbox', async () => {
    const steps = [
      menu,
      press('1'),
      hear('new-pin'),
      press('719284#'),
      hear('new-pin-again'),
      press('719284#'),
    ];
    const { result } = await talk(...steps, hear('pin-set'), menu, press('*'));
    assert.equal(result, 'done');
    const { authentication } = world.deps;
    assert.equal(await authentication.hasPin(bob.id), true);
    assert.equal((await authentication.login(bob, '719284', { key: bob.number, trusted: false })).kind, 'in');
  });

  it('1 and *: the PIN stays as it is', async () => {
    await talk(menu, press('1'), hear('new-pin'), press('*'), menu, press('*'));
    assert.equal(await world.deps.authentication.hasPin(bob.id), false);
  });

  it('2 offers each language in itself, and speaks the chosen one from then on', async () => {
    const said: string[] = [];
    const steps = [
      menu,
      press('2'),
      hear('setting-language-this'),
      hear('setting-language-this'),
      press('2'),
      hear('setting-language-set'),
      press('*'),
    ];
    const { result } = await world.talk(steps, (call, deps) => {
      const play = call.play.bind(call);
      call.play = (items, options) => {
        const [first] = items;
        if (first?.kind === 'prompt') said.push(`${first.name} ${options?.language}`);
        return play(items, options);
      };
      const gather = call.gather.bind(call);
      call.gather = (rule) => {
        const [first] = rule.items;
        if (first?.kind === 'prompt') said.push(`${first.name} ${rule.language}`);
        return gather(rule);
      };
      return settingsDialogue(call, bob, deps);
    });
    assert.equal(result, 'done');
    assert.deepEqual(said, [
      'menu-settings-pin en',
      'setting-language-this en',
      'setting-language-this es',
      'setting-language-set es',
    ]);
    assert.equal((await world.now(bob)).settings.language, 'es');
  });

  it('2 and * leaves the language as it is', async () => {
    await talk(menu, press('2'), hear('setting-language-this'), press('*'), menu, press('*'));
    assert.equal((await world.now(bob)).settings.language, undefined);
  });

  it('3 stops the texts, and 3 again wants them', async () => {
    const { person } = await talk(
      hear('menu-settings-notices-off'),
      press('3'),
      hear('setting-notices-off'),
      hear('menu-settings-notices-on'),
      press('*'),
    );
    assert.ok(!person.prompts.slice(0, 5).includes('menu-settings-notices-on'));
    assert.ok((await world.now(bob)).textsStopped);
    await talk(hear('menu-settings-notices-on'), press('3'), hear('setting-notices-on'), press('*'));
    assert.equal((await world.now(bob)).textsStopped, undefined);
  });

  it('4 has new messages brought by a call, and 4 again not', async () => {
    await talk(
      hear('menu-settings-calls-on'),
      press('4'),
      hear('setting-calls-on'),
      hear('menu-settings-calls-off'),
      press('*'),
    );
    assert.equal((await world.now(bob)).settings.deliverByCall, true);
    await talk(hear('menu-settings-calls-off'), press('4'), hear('setting-calls-off'), press('*'));
    assert.equal((await world.now(bob)).settings.deliverByCall, false);
  });

  it('5 makes a list with its first number, tells it, takes it away, and the list with it', async () => {
    const [alice, carol] = [world.number(), world.number()];
    const { person } = await talk(
      ...opens('3'),
      hear('list-empty'),
      list,
      press('2'),
      hear('list-add'),
      enters(alice),
      hear('list-added'),
      list,
      press('2'),
      hear('list-add'),
      enters(carol),
      hear('list-added'),
      hear('menu-list-hear'),
      press('1'),
      hear('list-has'),
      list,
      press('*'),
      menu,
      press('*'),
    );
    assert.deepEqual(await members('3'), [alice, carol]);
    assert.ok(person.heard.some((item) => item.kind === 'count' && item.value === 2));
    const read = person.heard.flatMap((item) => (item.kind === 'digits' ? [item.digits] : []));
    assert.deepEqual(
      read,
      [alice, carol, alice, carol].map((number) => number.slice(2)),
    );
    await talk(
      ...opens('03'),
      list,
      press('3'),
      hear('list-remove'),
      enters(alice),
      hear('list-removed'),
      list,
      press('3'),
      enters(carol),
      hear('list-removed'),
      list,
      press('*'),
      menu,
      press('*'),
    );
    assert.equal(await members('3'), undefined);
  });

  it('5 4 deletes a list, and no other', async () => {
    const [alice, carol] = [world.number(), world.number()];
    await world.store.mailboxes.update(bob.id, {
      settings: { lists: { '3': { members: [alice] }, '4': { members: [carol] } } },
    });
    await talk(...opens('3'), hear('menu-list-delete'), press('4'), hear('list-deleted'), press('*'));
    assert.equal(await members('3'), undefined);
    assert.deepEqual(await members('4'), [carol]);
  });

  it('5: an empty list offers only to add', async () => {
    const { person } = await talk(
      ...opens('9'),
      list,
      press('1'),
      hear('invalid-key'),
      press('*'),
      menu,
      press('*'),
    );
    for (const name of ['hear', 'remove', 'delete']) assert.ok(!person.prompts.includes(`menu-list-${name}`));
  });

  it('5: the same number twice is on the list once; one that is not served here is refused', async () => {
    const alice = world.number();
    const adds = (keys: Step): Step[] => [list, press('2'), hear('list-add'), keys];
    const { person } = await talk(
      ...opens('3'),
      ...adds(enters(alice)),
      hear('list-added'),
      ...adds(enters(alice)),
      hear('list-added'),
      ...adds(press('12125550100#')),
      hear('recipient-not-served'),
      list,
      press('*'),
      menu,
      press('*'),
    );
    assertHeard(person.prompts, ['list-added', 'recipient-not-served']);
    assert.deepEqual(await members('3'), [alice]);
  });

  it('5: a number that is not on the list cannot be removed, and that is said', async () => {
    const alice = world.number();
    await world.store.mailboxes.update(bob.id, { settings: { lists: { '3': { members: [alice] } } } });
    await talk(
      ...opens('3'),
      list,
      press('3'),
      hear('list-remove'),
      enters(world.number()),
      hear('list-not-there'),
      press('*'),
      menu,
      press('*'),
    );
    assert.deepEqual(await members('3'), [alice]);
  });

  it('5: a list holds a hundred numbers', async () => {
    const all = Array.from({ length: 100 }, (_, n) => `+1202555${5000 + n}` as E164);
    await world.store.mailboxes.update(bob.id, { settings: { lists: { '3': { members: all } } } });
    await talk(
      ...opens('3'),
      list,
      press('2'),
      hear('list-add'),
      enters(world.number()),
      hear('list-full'),
      press('*'),
      menu,
      press('*'),
    );
    assert.equal((await members('3'))?.length, 100);
  });

  for (const key of ['0', '100', '1*']) {
    it(`5: ${key} is the key of no list`, async () => {
      const { person } = await talk(...opens(key), hear('list-unknown'), press('*'));
      assert.ok(!person.prompts.includes('menu-list-add'));
    });
  }

  it('two sessions at once add to one list: both numbers are on it', async () => {
    const [alice, carol] = [world.number(), world.number()];
    const { selfService } = world.deps;
    await Promise.all([selfService.addMember(bob, '3', alice), selfService.addMember(bob, '3', carol)]);
    assert.deepEqual((await members('3'))?.toSorted(), [alice, carol].toSorted());
  });

  it('presses nothing: the line is given up politely', async () => {
    const { person, result } = await talk(silence(120_000));
    assert.equal(result, 'gone');
    assertHeard(person.prompts, ['no-key-heard']);
  });
});
