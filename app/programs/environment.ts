/** What programs that read strangers' content are told of this process's environment; never a secret. */

/** Where programs and their files are, in which language they answer, and what scripts/in-root.sh needs. */
const names = [
  'PATH',
  'HOME',
  'LANG',
  'TMPDIR',
  'ANSWERBACK_CACHE',
  'ANSWERBACK_ROOT',
  'XDG_CACHE_HOME',
] as const;

export function programEnvironment(): Readonly<Record<string, string>> {
  const environment: Record<string, string> = {};
  for (const name of names) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
