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
  bare.stack = [`${bare.name}: ${bare.message}`, ...framesOf(error, bare)].join('\n');
  return bare;
}

const isFrame = (line: string): boolean => line.length < 400 && /^ {4}at [ -~]+$/.test(line);

/**
 * Where it was thrown. A message may have lines that look like frames: those of the stack count from the message's end on; where a
 * library has changed the message since, its end is not known, and the frames are those of whoever asks.
 */
function framesOf(error: unknown, bare: Error): string[] {
  const { stack = '', message } = error instanceof Error ? error : bare;
  const at = message === '' ? -1 : stack.indexOf(`${message}\n    at `);
  const isEnd = at >= 0 && /^[\w .[\]]{1,80}: $/.test(stack.slice(0, at));
  const frames = isEnd ? stack.slice(at + message.length) : (bare.stack ?? '');
  return frames.split('\n').filter(isFrame);
}
