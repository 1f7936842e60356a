/** In-place radix-2 FFT; the length is a power of two. The inverse is not scaled. */
export function fft(re: Float64Array, im: Float64Array, inverse = false): void {
  const n = re.length;
  reorder(re, im);
  const sign = inverse ? 1 : -1;
  for (let size = 2; size <= n; size *= 2) {
    const half = size / 2;
    const cos = new Float64Array(half);
    const sin = new Float64Array(half);
    for (let k = 0; k < half; k++) {
      cos[k] = Math.cos((2 * Math.PI * k) / size);
      sin[k] = sign * Math.sin((2 * Math.PI * k) / size);
    }
    for (let start = 0; start < n; start += size) {
      for (let k = 0; k < half; k++) butterfly(re, im, start + k, start + k + half, cos[k]!, sin[k]!);
    }
  }
}

function butterfly(re: Float64Array, im: Float64Array, a: number, b: number, c: number, s: number): void {
  const tr = re[b]! * c - im[b]! * s;
  const ti = re[b]! * s + im[b]! * c;
  re[b] = re[a]! - tr;
  im[b] = im[a]! - ti;
  re[a] = re[a]! + tr;
  im[a] = im[a]! + ti;
}

function reorder(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
  }
}
