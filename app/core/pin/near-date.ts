/** Years before this one that people were born in, and years to come that they count to. */
const yearsBack = 90;
const yearsOn = 10;

/**
 * Whether the PIN is a date as people write it, of a year from 90 back to 10 to come: six digits with the year in two or
 * with year and month, eight with the year in four; or six that begin or end with such a year in four digits.
 */
export function isNearDate(pin: string, thisYear: number): boolean {
  const isNear = (year: number): boolean => year >= thisYear - yearsBack && year <= thisYear + yearsOn;
  const [a, b, c] = [two(pin, 0), two(pin, 2), two(pin, 4)];
  if (pin.length === 6) {
    if (isNear(Number(pin.slice(0, 4))) || isNear(Number(pin.slice(2)))) return true;
    const near = (year: number): boolean =>
      [1900, 2000].some((century) => isNear(century + year)) || isNear(2100 + year);
    return (near(c) && (isDay(a, b) || isDay(b, a))) || (near(a) && isDay(c, b));
  }
  if (pin.length !== 8) return false;
  const last = Number(pin.slice(4));
  if (isNear(last) && (isDay(a, b) || isDay(b, a))) return true;
  return isNear(Number(pin.slice(0, 4))) && isDay(two(pin, 6), c);
}

function two(pin: string, at: number): number {
  return Number(pin.slice(at, at + 2));
}

/** Of some year. */
function isDay(day: number, month: number): boolean {
  const longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return day >= 1 && day <= longest;
}
