/** What transforms of one length need each time. */
interface Tables {
  /** Of each stage, half its size long. */
  readonly stages: readonly { readonly cos: Float64Array; readonly sin: Float64Array }[];
  /** Places that change with each other, in pairs. */
  readonly swaps: Uint32Array;
}

const known = new Map<number, Tables>();

/** In-place radix-2 FFT; the length is a power of two. The inverse is not scaled. */
export function fft(re: Float64Array, im: Float64Array, inverse = false): void {
  const n = re.length;
  const { stages, swaps } = tablesOf(n);
  reorder(re, im, swaps);
  const sign = inverse ? 1 : -1;
  for (const { cos, sin } of stages) {
    const half = cos.length;
    for (let start = 0; start < n; start += half * 2) {
      for (let k = 0; k < half; k++) {
        const a = start + k;
        const b = a + half;
        const c = cos[k]!;
        const s = sign * sin[k]!;
        const tr = re[b]! * c - im[b]! * s;
        const ti = re[b]! * s + im[b]! * c;
        re[b] = re[a]! - tr;
        im[b] = im[a]! - ti;
        re[a] = re[a]! + tr;
        im[a] = im[a]! + ti;
      }
    }
  }
}

function reorder(re: Float64Array, im: Float64Array, swaps: Uint32Array): void {
  for (let at = 0; at < swaps.length; at += 2) {
    const [i, j] = [swaps[at]!, swaps[at + 1]!];
    const [r, m] = [re[i]!, im[i]!];
    re[i] = re[j]!;
    im[i] = im[j]!;
    re[j] = r;
    im[j] = m;
  }
}

function tablesOf(n: number): Tables {
  let tables = known.get(n);
  if (tables === undefined) {
    tables = { stages: stagesOf(n), swaps: swapsOf(n) };
    known.set(n, tables);
  }
  return tables;
}

function stagesOf(n: number): Tables['stages'] {
  if (n < 2) return [];
  const half = n / 2;
  const angles = Float64Array.from({ length: half }, (_, k) => (2 * Math.PI * k) / n);
  return [...tablesOf(half).stages, { cos: angles.map(Math.cos), sin: angles.map(Math.sin) }];
}

/** Each place with the one whose bits are its own backwards. */
function swapsOf(n: number): Uint32Array {
  const swaps: number[] = [];
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) swaps.push(i, j);
  }
  return Uint32Array.from(swaps);
}
