/** What operators are called and how they prove who they are. */

/** Lower-case letters, digits, `.`, `_` and `-`: a name stands in audits and addresses, and no other looks like it. */
export const operatorNamePattern = /^[a-z][a-z0-9._-]{0,31}$/;

/** Characters of an operator's password. */
export const passwordLength = { least: 12, most: 200 } as const;
/** Different ones among them. */
const leastDifferent = 5;

export type PasswordProblem = 'too-short' | 'too-long' | 'has-name' | 'repeats';

/** What is wrong with a password: length counts, not what kinds of characters it has (NIST SP 800-63B). */
export function passwordProblem(password: string, name: string): PasswordProblem | undefined {
  const characters = Array.from(password);
  if (characters.length < passwordLength.least) return 'too-short';
  if (characters.length > passwordLength.most) return 'too-long';
  if (name.length > 2 && password.toLowerCase().includes(name)) return 'has-name';
  return new Set(characters).size < leastDifferent ? 'repeats' : undefined;
}
