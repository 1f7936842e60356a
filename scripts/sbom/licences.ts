/** Licences that a product under Apache-2.0 may ship libraries of. */
export const allowed: ReadonlySet<string> = new Set([
  'Apache-2.0',
  'MIT',
  'MIT-0',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  // Of fonts: to be used and given on with anything, not to be sold by themselves.
  'Bitstream-Vera',
]);

/** Packages whose lockfile does not say it as SPDX does; what their own files say was read. By name and version: a new one is read anew. */
export const read: Readonly<Record<string, string>> = {
  'dejavu-fonts-ttf@2.37.3': 'Bitstream-Vera',
  'only@0.0.2': 'MIT',
  'png-js@2.0.0': 'MIT',
};

/**
 * Whether one may be shipped under this SPDX expression: of a choice one that is allowed is enough. One with choices in choices is none that is
 * allowed: it is to be read by somebody.
 */
export function isAllowed(expression: string): boolean {
  const plain = expression.replace(/^\(([^()]*)\)$/, '$1');
  if (/[()]/.test(plain)) return false;
  const choices = plain.split(' OR ');
  return choices.some((choice) => choice.split(' AND ').every((one) => allowed.has(one.trim())));
}
