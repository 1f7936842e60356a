/**
 * What may be kept of an error by which a library tells what a far side answered: its codes. The words are the far side's own, and
 * servers like to repeat in them whom something was for, and what it said.
 */
export function farSideError(error: unknown): Error {
  const { name, code, status, responseCode } = Object(error) as Readonly<Record<string, unknown>>;
  const codes = [code, status ?? responseCode].filter(
    (one) => typeof one === 'number' || (typeof one === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(one)),
  );
  const bare = new Error(codes.length === 0 ? 'no code' : codes.join(' '));
  bare.name = typeof name === 'string' && /^\w{1,40}$/.test(name) ? name : 'Error';
  // The frames say nothing of anybody; the first lines of a stack are the message.
  const frames =
    error instanceof Error ? (error.stack?.split('\n').filter((line) => /^ {4}at /.test(line)) ?? []) : [];
  bare.stack = [`${bare.name}: ${bare.message}`, ...frames].join('\n');
  return bare;
}
