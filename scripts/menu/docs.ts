import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { menus } from '../../app/core/menu/menus.ts';
import { checkout } from '../stack/machine.ts';
import { menuChart } from './chart.ts';
import { menuPage } from './page.ts';

/** The files of the guide to the menus, by name. */
export async function menuDocs(): Promise<Record<string, string>> {
  const { prompts } = parse(await readFile(join(checkout, 'prompts/en/prompts.yaml'), 'utf8')) as {
    prompts: Record<string, unknown>;
  };
  return {
    'docs/telephone-menu.md': menuPage(menus, prompts),
    'docs/telephone-menu.svg': menuChart(menus, 'main'),
  };
}
