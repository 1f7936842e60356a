import type { Config } from '../../../config.ts';
import { ok, warn, wrong, type Check, type Finding } from '../check.ts';

/** That it can be read, and is not against itself, was seen before. */
export const configuration: Check = {
  name: 'configuration',
  about: 'numbers, ranges, classes and secrets make sense',
  async run({ config, secrets }) {
    const found: Finding[] = [...overlaps(config), ...unused(config)];
    const [password, variable] =
      config.switch === 'asterisk'
        ? [secrets.ariPassword, 'ASTERISK_ARI_PASSWORD']
        : [secrets.freeswitchPassword, 'FREESWITCH_PASSWORD'];
    if (password === '') found.push(wrong('there is no password for the switch', `set ${variable}`));
    if (secrets.pinPepper === undefined)
      found.push(
        warn('hashes of PINs have no pepper', 'set ANSWERBACK_PIN_PEPPER, and keep it (docs/security.md)'),
      );
    for (const number of config.numbers.access)
      if (config.twilio?.from === number)
        found.push(
          warn(`${number} is both access number and sender of texts`, 'use another number for texts'),
        );
    const classes = Object.keys(config.classes).length;
    const facts = `${config.numbers.ranges.length} ranges, ${classes} classes, ${config.trunks.length} trunks`;
    return found.length === 0 ? [ok(facts)] : found;
  },
};

type Range = Config['numbers']['ranges'][number];

/** First and last number of a range, as texts of equal length. */
function bounds({ prefix, from, to }: Range, digits: number): readonly [string, string] {
  if (prefix !== undefined) return [prefix.padEnd(digits, '0'), prefix.padEnd(digits, '9')];
  return [from ?? '', to ?? ''];
}

/** One within another is meant so: the longer match wins. Where they cross, or are the same, chance decides. */
function overlaps({ numbers: { ranges } }: Config): readonly Finding[] {
  return ranges.flatMap((one, i) =>
    ranges.slice(i + 1).flatMap((other) => {
      if (one.class === other.class || !cross(one, other)) return [];
      const text = `ranges ${nameOf(one)} (${one.class}) and ${nameOf(other)} (${other.class}) overlap`;
      return [warn(text, 'give their numbers to one of them in numbers.ranges')];
    }),
  );
}

function cross(one: Range, other: Range): boolean {
  if (one.prefix !== undefined && other.prefix !== undefined) return one.prefix === other.prefix;
  const digits = (one.from ?? other.from ?? '').length;
  const [a, b] = bounds(one, digits);
  const [c, d] = bounds(other, digits);
  if (a.length !== c.length || b < c || d < a) return false;
  const within = (a >= c && b <= d) || (c >= a && d <= b);
  return !within || (a === c && b === d);
}

function nameOf({ prefix, from, to }: Range): string {
  return prefix ?? `${from}–${to}`;
}

function unused({ numbers: { ranges }, classes }: Config): readonly Finding[] {
  const used = new Set(ranges.map((range) => range.class));
  // A class may be given to single subscribers: only where no range has any is it told.
  return Object.keys(classes).some((name) => used.has(name))
    ? []
    : [warn('no range has a class of service that is configured', 'set numbers.ranges[].class')];
}
