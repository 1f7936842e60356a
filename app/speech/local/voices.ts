/** Which voice speaks a language. */

export interface Voice {
  readonly engine: 'flite' | 'espeak-ng';
  readonly name: string;
}

/** A line of `espeak-ng --voices`: what it speaks, and what else it may stand in for, each with a rank; less is better. */
export interface EspeakVoice {
  readonly tag: string;
  readonly rank: number;
  readonly others: ReadonlyMap<string, number>;
}

/** Languages that have had another code, and one that is read well enough as another. */
const sameLanguage: Readonly<Record<string, string>> = { iw: 'he', in: 'id', nn: 'nb' };
/** Of English as prompts have it. */
const flite: Voice = { engine: 'flite', name: 'slt' };

/** Reads the table that `espeak-ng --voices` prints. */
export function readVoices(table: string): EspeakVoice[] {
  return table.split('\n').flatMap((line) => {
    const [rank = '', tag = '', gender = ''] = line.trim().split(/\s+/);
    if (!/^\d+$/.test(rank) || !gender.includes('/')) return [];
    const others = [...line.matchAll(/\(([a-zA-Z0-9-]+) (\d+)\)/g)];
    return [
      {
        tag: tag.toLowerCase(),
        rank: Number(rank),
        others: new Map(others.map(([, other = '', at]) => [other.toLowerCase(), Number(at)])),
      },
    ];
  });
}

/**
 * The voice of a language, of those it is a region of, or of one of its regions: `es-AR` is spoken as `es`, `fr` as
 * `fr-fr`. `undefined` if nothing here speaks it.
 * @param language BCP 47 tag
 */
export function voiceFor(
  language: string,
  engines: { readonly flite: boolean; readonly espeak: readonly EspeakVoice[] },
): Voice | undefined {
  const parts = language.toLowerCase().split(/[-_]/);
  const [primary = ''] = parts;
  if (primary === 'en' && engines.flite) return flite;
  const espeak = (name: string): Voice => ({ engine: 'espeak-ng', name });
  const tags = parts.map((_, i) => parts.slice(0, parts.length - i).join('-'));
  const other = sameLanguage[primary];
  for (const tag of other === undefined ? tags : [...tags, other]) {
    const found = best(engines.espeak, tag);
    if (found !== undefined) return espeak(found);
  }
  return undefined;
}

function best(voices: readonly EspeakVoice[], tag: string): string | undefined {
  const ranked = voices.flatMap((voice) => {
    const rank = voice.tag === tag ? 0 : voice.others.get(tag);
    return rank === undefined ? [] : [{ name: voice.tag, rank }];
  });
  return ranked.toSorted((a, b) => a.rank - b.rank)[0]?.name;
}
