import { cells, placeNames, places, wayNames, ways } from '../test/networks/cells.ts';

/** The page docs/networks.md. */
export function networksPage(): string {
  const row = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`;
  return [
    '# From any network to any other',
    '',
    'A message is kept once, whatever network brought it, and is fetched by whichever is at hand. Each line is a way in, each column a way',
    'out; `test/system/networks.test.ts` walks through every cell with real peers: telephones, an SMSC, a mail server, a fax machine and a',
    'double of Twilio. This page is made from `test/networks/cells.ts` by `npm run networks:docs`.',
    '',
    row(['left by', ...places.map((place) => placeNames[place])]),
    row(['---', ...places.map(() => '---')]),
    ...ways.map((way) => row([wayNames[way], ...places.map((place) => cells[way][place] ?? '–')])),
    '',
  ].join('\n');
}
