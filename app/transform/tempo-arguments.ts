import { Fault } from '../core/errors.ts';

/** What ffmpeg must be told of sound without a header. */
interface RawFormat {
  readonly contentType: string;
  readonly format: string;
  readonly rate: number;
}

const pcmu: RawFormat = { contentType: 'audio/PCMU', format: 'mulaw', rate: 8000 };
const raw: readonly RawFormat[] = [
  pcmu,
  { contentType: 'audio/PCMA', format: 'alaw', rate: 8000 },
  { contentType: 'audio/L16;rate=8000', format: 's16be', rate: 8000 },
  { contentType: 'audio/G722', format: 'g722', rate: 16_000 },
];

/**
 * The command line after the program's name that changes the speed of what comes in, and the type of what goes out.
 * @throws Fault `invalid` for a type that is no sound known here
 */
export function tempoArguments(
  contentType: string,
  factor: number,
): { readonly args: readonly string[]; readonly contentType: string } {
  const type = contentType.toLowerCase().replaceAll(/\s/g, '');
  const known = raw.find((one) => one.contentType.toLowerCase() === type);
  const isWav = /^audio\/(x-)?wav(;|$)/.test(type);
  if (known === undefined && !isWav)
    throw new Fault('invalid', `the speed of ${contentType} cannot be changed`, { temporary: false });
  const out = known ?? pcmu;
  return { args: [...quiet, ...input(known), ...output(out, factor)], contentType: out.contentType };
}

// Nothing but the two pipes: what a file names is not opened.
const quiet = ['-hide_banner', '-loglevel', 'error', '-nostats', '-protocol_whitelist', 'pipe'];

function input(known: RawFormat | undefined): readonly string[] {
  const format = known === undefined ? ['-f', 'wav'] : ['-f', known.format, ...shape(known)];
  return [...format, '-i', 'pipe:0'];
}

function output(out: RawFormat, factor: number): readonly string[] {
  const filter = ['-map', '0:a:0', '-filter:a', `atempo=${factor}`, '-ar', String(out.rate), '-ac', '1'];
  return [...filter, '-f', out.format, 'pipe:1'];
}

/** The G.722 reader knows its own. */
function shape({ format, rate }: RawFormat): readonly string[] {
  return format === 'g722' ? [] : ['-ar', String(rate), '-ac', '1'];
}
