/** A pattern of a language's rules: names of clips and holes, one after the other. */
export type Pattern = readonly Token[];

type Token =
  /** A clip, `month-{month}`: its name with the value of a hole in it. */
  | { readonly kind: 'clip'; readonly before: string; readonly hole?: string; readonly after: string }
  /** What stands for the hole: clips, or a number that is said by a set of rules. */
  | { readonly kind: 'hole'; readonly hole: string; readonly set: string };

/** What fills a hole: a number to say, or clips. */
export type Filling = number | readonly string[];

/** Set of number rules that every language has. */
export const counting = 'counting';

const holeForm = /^\{([a-z]+)(?::([a-z-]+))?\}$/;
const clipForm = /^([a-z0-9-]*)(?:\{([a-z]+)\}([a-z0-9-]*))?$/;

/**
 * @param holes names that may stand in braces
 * @throws Error that quotes what cannot be read
 */
export function parsePattern(text: string, holes: readonly string[]): Pattern {
  return words(text).map((word) => {
    const [, whole, set = counting] = holeForm.exec(word) ?? [];
    const [, before = '', within, after = ''] = clipForm.exec(word) ?? [];
    const hole = whole ?? within;
    if (hole !== undefined && !holes.includes(hole))
      throw new Error(`"${text}": {${hole}} is not known here; ${list(holes)} are`);
    if (whole !== undefined) return { kind: 'hole', hole: whole, set };
    if (before + after === '') throw new Error(`"${text}": "${word}" is no name of a clip`);
    return { kind: 'clip', before, ...(within === undefined ? {} : { hole: within }), after };
  });
}

/** The clips of a pattern. */
export function fillPattern(
  pattern: Pattern,
  fillings: Readonly<Record<string, Filling>>,
  say: (value: number, set: string) => readonly string[],
): string[] {
  return pattern.flatMap((token) => {
    const filling = token.hole === undefined ? undefined : fillings[token.hole];
    if (token.kind === 'clip')
      return [`${token.before}${typeof filling === 'number' ? filling : ''}${token.after}`];
    return typeof filling === 'number' ? say(filling, token.set) : (filling ?? []);
  });
}

/** Every clip that a pattern may name, where the holes within names have these values. */
export function patternClips(
  pattern: Pattern,
  values: Readonly<Record<string, readonly number[]>>,
): string[] {
  return pattern.flatMap((token) => {
    if (token.kind === 'hole') return [];
    if (token.hole === undefined) return [token.before + token.after];
    return (values[token.hole] ?? []).map((value) => `${token.before}${value}${token.after}`);
  });
}

/** The sets of number rules that a pattern uses. */
export function patternSets(pattern: Pattern): string[] {
  return pattern.flatMap((token) => (token.kind === 'hole' ? [token.set] : []));
}

export function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => `{${name}}`).join(', ');
}
