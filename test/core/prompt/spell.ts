/** Numbers in words, put together in another way than the rules do: from what a grammar says, for comparison. */

const small =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const tens = '- - twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');

/** American English: "two thousand twenty one", without hyphens. */
export function english(value: number): string {
  if (value < 20) return small[value] ?? '';
  const [unit, word] =
    value < 100 ? [10, ''] : value < 1000 ? [100, 'hundred'] : ([1000, 'thousand'] as [number, string]);
  const [many, rest] = [Math.floor(value / unit), value % unit];
  const head = unit === 10 ? (tens[many] ?? '') : `${english(many)} ${word}`;
  return rest === 0 ? head : `${head} ${english(rest)}`;
}

const unidades =
  'cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve'.split(
    ' ',
  );
const decenas = ['treinta', 'cuarenta', 'cincuenta', 'sesenta', 'setenta', 'ochenta', 'noventa'];
const centenas =
  'ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos'.split(
    ' ',
  );

/** Spanish as it is counted; `un`: before a masculine noun; `una`: before a feminine one. */
export function spanish(value: number, form: 'uno' | 'un' | 'una' = 'uno'): string {
  if (value === 0) return 'cero';
  const thousands = Math.floor(value / 1000);
  const before = thousands === 0 ? [] : thousands === 1 ? ['mil'] : [`${below1000(thousands)} mil`];
  const text = [...before, ...(value % 1000 === 0 ? [] : [below1000(value % 1000)])].join(' ');
  // The word changes at its end, and what stands before "mil" as for a masculine noun, or as the feminine noun has it.
  const counted = text
    .replace(/uno mil\b/, form === 'una' ? 'una mil' : 'ún mil')
    .replace(/(^| )ún mil/, '$1un mil');
  if (form === 'uno') return counted;
  if (form === 'una') return counted.replace(/uno$/, 'una').replace(/(cient|quinient)os\b/g, '$1as');
  return counted.replace(/veintiuno$/, 'veintiún').replace(/uno$/, 'un');
}

function below1000(value: number): string {
  if (value === 100) return 'cien';
  const rest = value % 100;
  const ending =
    rest < 30
      ? unidades[rest]
      : `${decenas[Math.floor(rest / 10) - 3]}${rest % 10 === 0 ? '' : ` y ${unidades[rest % 10]}`}`;
  if (value < 100) return ending ?? '';
  const hundreds = centenas[Math.floor(value / 100) - 1] ?? '';
  return rest === 0 ? hundreds : `${hundreds} ${ending}`;
}
