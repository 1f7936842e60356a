/** Straight lines of three keys; backwards too. */
const lines = ['123', '456', '789', '147', '258', '369', '159', '357', '580'];
const shapes: ReadonlySet<string> = new Set(lines.flatMap((line) => [line, reversed(line)]));
const column = ['2580', '0852'];

const rows = ['123', '456', '789', '*0#'];

/**
 * Whether fingers find the PIN by themselves: made of straight lines (147258), half of it the middle column (2580), the
 * corners or the cross alone (179317), or a walk from key to key next to it (147896).
 */
export function isKeypadPattern(pin: string): boolean {
  return (
    isLines(pin) ||
    (column.some((line) => pin.includes(line)) && pin.length <= 8) ||
    /^[1379]+$/.test(pin) ||
    /^[2468]+$/.test(pin) ||
    isWalk(pin)
  );
}

/** A last piece may be the beginning of a line. */
function isLines(pin: string): boolean {
  for (let at = 0; at < pin.length;) {
    const four = pin.slice(at, at + 4);
    const three = pin.slice(at, at + 3);
    if (column.includes(four)) at += 4;
    else if (shapes.has(three)) at += 3;
    else return at >= 4 && [...shapes, ...column].some((line) => line.startsWith(pin.slice(at)));
  }
  return true;
}

/** Each key is beside, above or below the one before. */
function isWalk(pin: string): boolean {
  return Array.from(pin).every((key, i) => {
    if (i === 0) return true;
    const [a, b] = [place(key), place(pin.charAt(i - 1))];
    return Math.abs(a.row - b.row) + Math.abs(a.column - b.column) === 1;
  });
}

function place(key: string): { row: number; column: number } {
  const row = rows.findIndex((keys) => keys.includes(key));
  return { row, column: rows[row]?.indexOf(key) ?? -1 };
}

function reversed(text: string): string {
  return Array.from(text).toReversed().join('');
}
