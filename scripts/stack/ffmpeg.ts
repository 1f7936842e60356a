import { inRoot, onPath } from './machine.ts';

/** The command that runs ffmpeg, as `tools.ffmpeg` of the configuration wants it: the machine's own, else the Debian root's. */
export function ffmpegCommand(): string | readonly string[] {
  const own = onPath('ffmpeg');
  if (own !== undefined) return own;
  const { program, args } = inRoot('ffmpeg', []);
  return [program, ...args];
}
