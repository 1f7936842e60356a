import assert from 'node:assert/strict';
import { offered, type Condition, type Key, type Menu } from '../../app/core/menu/menu.ts';
import { menus, type MenuName } from '../../app/core/menu/menus.ts';
import { menuPromptNames, tellingOf } from '../../app/core/menu/spoken.ts';
import { choose } from '../../app/flows/menu.ts';
import { openScriptedMedia } from '../../app/media/scripted/open.ts';
import { hangup, hear, press, silence, type Step } from '../../app/media/scripted/steps.ts';
import { silentLog } from '../ports/silent-log.ts';

const deps = { log: silentLog };
const keys: readonly Key[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#'];
const all = Object.entries<Menu>(menus);

/** Every set of conditions in which each choice of a menu can be had: with all but one of those that share a key. */
function circumstances(menu: Menu): Condition[][] {
  const conditions = [...new Set(menu.choices.flatMap((one) => one.if ?? []))];
  const sharing = (one: Condition) => {
    const key = menu.choices.find((choice) => choice.if === one)?.key;
    return menu.choices.filter((choice) => choice.key === key).flatMap((choice) => choice.if ?? []);
  };
  const each = conditions.map((one) => [
    one,
    ...conditions.filter(
      (other) => other !== one && !sharing(one).includes(other) && sharing(other)[0] === other,
    ),
  ]);
  return [[], ...each];
}

/** What a key comes to that is no choice, when the caller hangs up after it. */
function otherwise(menu: Menu): string {
  return menu.otherKeys === 'kept' ? (menu.onSilence?.does ?? '') : (menu.onHangUp ?? 'gone');
}

function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

async function asked(menu: Menu, available: readonly Condition[], ...steps: readonly Step[]) {
  const media = openScriptedMedia();
  const person = media.ring({ steps });
  await person.call.answer();
  // Keys that come first in the script are pressed before the menu begins.
  await settled();
  const action = await choose(person.call, menu, { language: 'en', deps, available });
  await media[Symbol.asyncDispose]();
  return { action, prompts: person.prompts };
}

describe('Every menu', () => {
  for (const [name, menu] of all) {
    it(`${name}: each key does what the data say, and nothing else, whatever holds`, async () => {
      for (const available of circumstances(menu)) {
        const choices = offered(menu, available);
        for (const key of keys.filter((one) => one !== menu.ignores)) {
          const choice = choices.find((one) => one.key === key);
          const { action, prompts } = await asked(
            menu,
            available,
            ...(menu.otherKeys === 'kept' ? [hear(tellingOf(menu, choices)[0]!)] : []),
            press(key),
            hear('invalid-key'),
            hangup(),
          );
          assert.equal(action, choice?.does ?? otherwise(menu), `${key} while ${available.join(', ')}`);
          assert.equal(prompts.includes('invalid-key'), choice === undefined && menu.otherKeys !== 'kept');
        }
      }
    });

    it(`${name}: is told key by key, those that work and no others; all of them the second time`, async () => {
      for (const available of circumstances(menu)) {
        const choices = offered(menu, available);
        const told = (again: boolean) =>
          tellingOf(
            menu,
            choices.filter((one) => again || one.later === undefined),
          );
        const { action, prompts } = await asked(menu, available, silence(600_000));
        const { onSilence } = menu;
        assert.equal(action, onSilence?.does ?? 'deaf');
        const times = Array.from({ length: onSilence?.told ?? 3 }, (_, n) => told(n > 0));
        assert.deepEqual(prompts, [...times.flat(), ...(onSilence === undefined ? ['no-key-heard'] : [])]);
      }
    });

    it(`${name}: hanging up does what the data say`, async () => {
      for (const available of circumstances(menu)) {
        const { action } = await asked(
          menu,
          available,
          hear(tellingOf(menu, offered(menu, available))[0]!),
          hangup(),
        );
        assert.equal(action, menu.onHangUp ?? 'gone');
      }
    });

    it(`${name}: has a way back or out at any time, and no key has two meanings at once`, () => {
      for (const available of circumstances(menu)) {
        const choices = offered(menu, available);
        assert.equal(new Set(choices.map(({ key }) => key)).size, choices.length);
        const outs = ['up', 'end', 'cancel', menu.onSilence?.does];
        if (menu.choices.every((one) => one.if === undefined || !outs.includes(one.does)))
          assert.ok(choices.some(({ does }) => outs.includes(does)));
      }
    });

    it(`${name}: leads to menus that there are`, () => {
      for (const { opens } of menu.choices) assert.ok(opens === undefined || opens in menus, opens);
      assert.equal(menu.name, name satisfies string as MenuName);
    });
  }

  it('can be reached from the main menu, or is asked by itself', () => {
    const reached = new Set(['main', ...all.flatMap(([name, { when }]) => (when === undefined ? [] : name))]);
    for (const name of reached)
      for (const { opens } of (menus as Record<string, Menu>)[name]?.choices ?? [])
        if (opens !== undefined) reached.add(opens);
    assert.deepEqual(
      Object.keys(menus).filter((name) => !reached.has(name)),
      [],
    );
  });

  it('has a prompt for each purpose and key', () => {
    const names = new Set<string>(menuPromptNames);
    for (const [, menu] of all)
      for (const name of tellingOf(menu, menu.choices)) assert.ok(names.has(name), name);
  });
});

describe('A caller in a menu', () => {
  const { main, message } = menus;

  it('presses a key while it is told: nothing more of it is told', async () => {
    const { action, prompts } = await asked(main, [], hear('menu-main-saved'), press('4'), hangup());
    assert.equal(action, 'compose');
    assert.equal(prompts.at(-1), 'menu-main-saved');
  });

  it('has typed the key before: nothing is told at all', async () => {
    const { action, prompts } = await asked(main, [], press('4'));
    assert.equal(action, 'compose');
    assert.deepEqual(prompts, []);
  });

  it('types keys for several menus ahead: each takes its own', async () => {
    const media = openScriptedMedia();
    const person = media.ring({ steps: [press('15*'), hear('menu-main-new'), hangup()] });
    await person.call.answer();
    await settled();
    const taken = [];
    for (let n = 0; n < 3; n++)
      taken.push(await choose(person.call, main, { language: 'en', deps, available: [] }));
    assert.deepEqual(taken, ['new', 'greetings', 'end']);
    assert.deepEqual(person.prompts, []);
    await media[Symbol.asyncDispose]();
  });

  it('presses wrong keys and then a right one: the right one counts', async () => {
    const { action, prompts } = await asked(
      main,
      [],
      press('89'),
      hear('menu-main-new'),
      press('2'),
      hangup(),
    );
    assert.equal(action, 'saved');
    assert.equal(prompts[0], 'invalid-key');
  });

  it('presses a wrong key now and then, and is silent between: is not given up', async () => {
    const wrong = [silence(9000), press('8'), hear('invalid-key')];
    const { action } = await asked(
      main,
      [],
      ...wrong,
      ...wrong,
      ...wrong,
      silence(9000),
      press('1'),
      hangup(),
    );
    assert.equal(action, 'new');
  });

  it('whose telephone repeats a wrong key for ever: is given up after a while', async () => {
    const { action, prompts } = await asked(main, [], press('8'.repeat(60)), silence(600_000));
    assert.equal(action, 'deaf');
    assert.ok(prompts.length < 40, `${prompts.length} prompts`);
  });

  it('hangs up while it is told, and while it waits', async () => {
    assert.equal((await asked(main, [], hear('menu-main-new'), hangup())).action, 'gone');
    assert.equal((await asked(main, [], silence(2000), hangup())).action, 'gone');
  });

  it('has a # left from a reference: it is passed over where the menu says so', async () => {
    const { action, prompts } = await asked(
      message,
      ['kept', 'alone'],
      press('#'),
      hear('menu-end'),
      press('2'),
    );
    assert.equal(action, 'save');
    assert.ok(!prompts.includes('invalid-key'));
    assert.equal((await asked(message, ['kept', 'alone'], press('##2'))).action, 'save');
  });
});

describe('The offer of a PIN', () => {
  const { offer, main } = menus;

  it('takes no key that was typed before it: that is the mailbox’s', async () => {
    const media = openScriptedMedia();
    const person = media.ring({ steps: [press('92')] });
    await person.call.answer();
    await settled();
    assert.equal(await choose(person.call, offer, { language: 'en', deps }), 'go-on');
    assert.deepEqual(person.prompts, []);
    assert.equal(await choose(person.call, main, { language: 'en', deps }), 'saved');
    await media[Symbol.asyncDispose]();
  });

  it('leaves another key to the mailbox', async () => {
    const media = openScriptedMedia();
    const person = media.ring({ steps: [hear('offer-pin'), press('2')] });
    await person.call.answer();
    assert.equal(await choose(person.call, offer, { language: 'en', deps }), 'go-on');
    assert.equal(await choose(person.call, main, { language: 'en', deps }), 'saved');
    assert.deepEqual(person.prompts, ['offer-pin']);
    await media[Symbol.asyncDispose]();
  });
});
