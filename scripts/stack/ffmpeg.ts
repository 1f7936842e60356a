import { inRoot, onPath } from './machine.ts';

/** The command that runs ffmpeg, as `tools.ffmpeg` of the configuration wants it: the machine's own, else the Debian root's. */
export function ffmpegCommand(): string | readonly string[] {
  const own = onPath('ffmpeg');
  if (own !== undefined) return own;
  const { program, args } = inRoot('ffmpeg', []);
  return [program, ...args];
}

const programs = [
  'flite',
  'espeak-ng',
  'pocketsphinx',
  'ffprobe',
  'gs',
  'pdfinfo',
  'pdftoppm',
  'pdftotext',
  'tiff2pdf',
  'tiffcp',
];

/** The section `tools` of the configuration: the machine's own programs if it has all of them, else the Debian root's. */
export function toolCommands(): {
  readonly ffmpeg: string | readonly string[];
  readonly prefix: readonly string[];
} {
  const ffmpeg = ffmpegCommand();
  if (programs.every((program) => onPath(program) !== undefined)) return { ffmpeg, prefix: [] };
  const { program, args } = inRoot('', []);
  // A list is run as it is.
  const own = typeof ffmpeg === 'string' ? [ffmpeg] : ffmpeg;
  return { ffmpeg: own, prefix: [program, ...args.slice(0, -1)] };
}
