import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { Menu } from '../../app/core/menu/menu.ts';
import { menus } from '../../app/core/menu/menus.ts';
import { layOut, rowsOf, size } from '../../scripts/menu/layout.ts';
import { menuDocs } from '../../scripts/menu/docs.ts';

describe('The guide to the menus', () => {
  it('is what the menus say: docs/telephone-menu.md and .svg', async () => {
    for (const [name, content] of Object.entries(await menuDocs()))
      assert.equal(await readFile(name, 'utf8'), content, `${name}: run npm run menu:docs`);
  });

  it('tells every key with what is said', async () => {
    const page = (await menuDocs())['docs/telephone-menu.md'] ?? '';
    assert.ok(!page.includes('undefined'));
    for (const menu of Object.values<Menu>(menus)) assert.ok(page.includes(`## ${menu.title}\n`));
  });

  it('draws well-formed XML, with a title', async () => {
    const svg = (await menuDocs())['docs/telephone-menu.svg'] ?? '';
    assert.equal(XMLValidator.validate(svg), true);
    const { svg: root } = new XMLParser().parse(svg) as { svg: { title: string } };
    assert.match(root.title, /menus of a mailbox/);
    assert.ok(!/NaN|undefined|Infinity/.test(svg));
  });

  it('shows every menu once, none over another', () => {
    const cards = layOut(menus, 'main');
    assert.deepEqual(cards.map(({ menu }) => menu.name).toSorted(), Object.keys(menus).toSorted());
    for (const card of cards) {
      assert.equal(card.rows.flatMap(({ choices }) => choices).length, card.menu.choices.length);
      for (const other of cards.filter((one) => one !== card && one.column === card.column))
        assert.ok(
          other.y + other.height <= card.y || card.y + card.height <= other.y,
          `${card.menu.name} and ${other.menu.name}`,
        );
      assert.ok(card.y >= size.top);
    }
  });

  it('lays menus out that lead to each other in circles, and alone', () => {
    const menu = (name: string, opens?: string): Menu => ({
      name,
      title: name,
      choices: [{ key: '1', does: 'go', label: 'go', ...(opens === undefined ? {} : { opens }) }],
    });
    const cards = layOut({ a: menu('a', 'b'), b: menu('b', 'a'), c: menu('c', 'nowhere') }, 'a');
    assert.deepEqual(
      cards.map((card) => [card.menu.name, card.column]),
      [
        ['a', 0],
        ['b', 1],
        ['c', 0],
      ],
    );
    assert.deepEqual(rowsOf(menu('a')).length, 1);
  });
});
