/** Commands as they go out. The event socket knows no escaping: a line feed in a value would begin another command. */

export type Headers = Readonly<Record<string, string>>;

/**
 * A command line, header lines, and a body by its length.
 * @throws TypeError if the line, a header's name or a value holds what would end it: CR, LF or NUL
 */
export function commandOf(line: string, headers: Headers = {}, body?: string | Uint8Array): Buffer {
  const lines = [oneLine(line), ...Object.entries(headers).map(([name, value]) => headerLine(name, value))];
  if (body === undefined) return Buffer.from(`${lines.join('\n')}\n\n`, 'utf8');
  const bytes = Buffer.from(body);
  lines.push(`Content-Length: ${bytes.length}`);
  return Buffer.concat([Buffer.from(`${lines.join('\n')}\n\n`, 'utf8'), bytes]);
}

function headerLine(name: string, value: string): string {
  if (!/^[\w-]+$/.test(name)) throw new TypeError('no name of a header');
  return `${name}: ${oneLine(value)}`;
}

function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex
  if (/[\r\n\u0000]/.test(text)) throw new TypeError('a command of the event socket has one line');
  return text;
}

/** The command's name, for errors: its arguments may hold numbers and texts. `api` and `bgapi` with what they run. */
export function nameOf(line: string): string {
  const [first = '', second] = line.split(' ', 2);
  return (first === 'api' || first === 'bgapi') && second !== undefined ? `${first} ${second}` : first;
}

/** A value in `{name=value,…}` of an originate: quoted, with what would end it escaped. @throws TypeError as `commandOf` */
export function originateValue(value: string): string {
  return `'${oneLine(value).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
