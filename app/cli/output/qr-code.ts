import { encodeQR } from 'qr';

/** Light modules around it, at each side: those of the screen may be dark. */
const border = 2;
const blocks = [' ', '▀', '▄', '█'];

/** A QR code (ISO/IEC 18004) in black on white, whatever the colours of the terminal: a line has two rows of it. */
export function qrCode(text: string): string[] {
  const rows = encodeQR(text, 'raw', { border, ecc: 'low' });
  const lines: string[] = [];
  for (let y = 0; y < rows.length; y += 2) {
    const [upper = [], lower = []] = [rows[y], rows[y + 1]];
    const line = upper.map((dark, x) => blocks[(dark ? 1 : 0) + (lower[x] === true ? 2 : 0)]);
    lines.push(`\u001B[30;107m${line.join('')}\u001B[0m`);
  }
  return lines;
}
