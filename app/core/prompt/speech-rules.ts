/** How a language puts numbers and times together: another language is a row here and a folder in prompts/. */
export interface SpeechRules {
  /** Numbers up to this have a clip of their own, above it only the tens. */
  readonly ownUpTo: number;
  /** `count`: "two" "hundred"; `own`: each hundred has a clip, `number-200`. */
  readonly hundreds: 'count' | 'own';
  /** "one thousand" rather than "thousand". */
  readonly oneThousand: boolean;
  /** "two hundred and five". */
  readonly andAfterHundred: boolean;
  /** "treinta y uno". */
  readonly andAfterTens: boolean;
  /** "einundzwanzig": the unit, `and`, the tens. */
  readonly unitsFirst: boolean;
  readonly clock: 12 | 24;
  readonly dayFirst: boolean;
}

const english: SpeechRules = {
  ownUpTo: 20,
  hundreds: 'count',
  oneThousand: true,
  andAfterHundred: false,
  andAfterTens: false,
  unitsFirst: false,
  clock: 12,
  dayFirst: false,
};

const table: Readonly<Record<string, SpeechRules>> = {
  en: english,
  'en-gb': { ...english, andAfterHundred: true, dayFirst: true },
  es: {
    ...english,
    ownUpTo: 29,
    hundreds: 'own',
    oneThousand: false,
    andAfterTens: true,
    clock: 24,
    dayFirst: true,
  },
};

/** Rules of a language tag: its own, else those of its first part, else English. */
export function speechRules(language: string): SpeechRules {
  const tag = language.toLowerCase();
  return lookup(tag) ?? lookup(tag.split('-')[0] ?? '') ?? english;
}

function lookup(tag: string): SpeechRules | undefined {
  return Object.hasOwn(table, tag) ? table[tag] : undefined;
}
