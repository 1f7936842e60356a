import { decodeQR } from 'qr/decode.js';

const pixels = 4;

/** What a camera would read of a QR code. @param rows dark modules, with the light border @throws Error if it reads none */
export function scanned(rows: readonly (readonly boolean[])[]): string {
  const size = rows.length * pixels;
  const data = Uint8Array.from({ length: size * size * 4 }, (_, i) => {
    const [x, y] = [Math.floor(i / 4) % size, Math.floor(i / 4 / size)];
    const dark = rows[Math.floor(y / pixels)]?.[Math.floor(x / pixels)] === true;
    return i % 4 === 3 || !dark ? 255 : 0;
  });
  return decodeQR({ width: size, height: size, data });
}
