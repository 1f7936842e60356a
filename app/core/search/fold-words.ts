/**
 * The words of a text as they are kept to be found: without case, accents and compatibility forms (Unicode NFKD), so that what
 * is sought is written as one likes. Linear in the length of the text.
 */

/** Longer words are found by their beginning. Characters. */
export const longestWord = 32;

/** Letters that are others with a stroke or two written as one, which NFKD leaves as they are. */
const apart: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ħ: 'h',
  ı: 'i',
  ς: 'σ',
};

/** In order, with repetitions; words that are nearly everywhere (`isCommon`) too. */
export function foldWords(text: string): string[] {
  const words = isAscii.test(text) ? plainWords(text) : anyWords(text);
  return words.map((word) =>
    word.length <= longestWord
      ? word
      : Array.from(word.slice(0, 2 * longestWord))
          .slice(0, longestWord)
          .join(''),
  );
}

// oxlint-disable-next-line no-control-regex
const isAscii = /^[\0-\x7f]*$/;

/** What `anyWords` finds in ASCII, in a tenth of the time: most names and transcripts are no more. */
function plainWords(text: string): readonly string[] {
  const plain = text.toLowerCase().replace(/(?<=[a-z])['`](?=[a-z])/g, '');
  return plain.match(/[\da-z]+/g) ?? [];
}

function anyWords(text: string): readonly string[] {
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    // Marks, soft hyphens and joiners stand within words; an apostrophe does as well: don't, l’eau. In scripts of India and
    // South-East Asia marks are vowels and no accents.
    .replace(
      /(?![\p{sc=Deva}\p{sc=Beng}\p{sc=Guru}\p{sc=Gujr}\p{sc=Orya}\p{sc=Taml}\p{sc=Telu}\p{sc=Knda}\p{sc=Mlym}\p{sc=Sinh}\p{sc=Thai}\p{sc=Laoo}\p{sc=Mymr}\p{sc=Khmr}])[\p{M}\p{Cf}]|(?<=\p{L})['’`´](?=\p{L})/gu,
      '',
    )
    .replace(/[ßæœøđðþłħıς]/g, (letter) => apart[letter] ?? letter);
  return plain.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? [];
}

/**
 * Words that tell no message from another, of the languages that come with the product; folded. Those that are something else
 * in the other language are left out of it: a word too many in an index costs less than one that cannot be found.
 */
const common: ReadonlySet<string> = new Set(
  [
    'the and an of to in is it its im that this for you your with on at be are was were have has had not but or as by',
    'from we our they them he she his her my ill if so do does did been will would can could just there here then than',
    'de la el los las un una unos unas que en por para con del al lo le les se su sus mi mis tu te es esta este esto',
    'ser era fue han hay ha he yo nos muy pero como mas ya si y o u e ni cuando',
  ].flatMap((line) => line.split(' ')),
);

/** Whether nobody can look for a word by itself: nearly every message has it. Letters of an alphabet by themselves are such. */
export function isCommon(word: string): boolean {
  return common.has(word) || /^[\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Arab}\p{sc=Hebr}]$/u.test(word);
}

/** Whether signs stand for syllables or words, so that few of them say much; mostly without spaces between words. */
export function isDense(word: string): boolean {
  return /^[\p{sc=Hani}\p{sc=Hira}\p{sc=Kana}\p{sc=Bopo}]/u.test(word);
}
