/** The section `tools` of answerback.yaml: programs of the machine, and what they may take. */
import { z } from 'zod';

export const toolsSchema = z
  .strictObject({
    prefix: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'Command before the name of each program (ffmpeg, ffprobe, gs, pdfinfo, pdftoppm, pdftotext, tiff2pdf, tiffcp), as `[bwrap, --unshare-net, …]`; empty: they are found on the PATH. What has no program here cannot be converted.',
      ),
    ffmpeg: z
      .union([z.string().min(1), z.array(z.string()).min(1)])
      .default('ffmpeg')
      .describe(
        'Program that plays messages faster and slower and converts sound, pictures and video: its name or path, or a list with its first arguments, which is run without the prefix. Without it messages play at their own speed alone.',
      ),
    atOnce: z.int().min(1).max(64).default(2).describe('Most conversions at once; others wait.'),
    seconds: z.int().min(1).max(3600).default(60).describe('Longest time of one program, in seconds.'),
    cpuSeconds: z
      .int()
      .min(1)
      .max(3600)
      .default(30)
      .describe('Most processor time of one program, in seconds; content that takes more is refused.'),
    memoryMiB: z
      .int()
      .min(512)
      .default(1024)
      .describe('Most memory of one program, in MiB; content that takes more is refused.'),
    maxBytes: z
      .int()
      .min(1_000_000)
      .default(67_108_864)
      .describe('Most bytes of content, before and after it is converted.'),
    maxPixels: z
      .int()
      .min(4_000_000)
      .default(50_000_000)
      .describe('Most pixels of a picture, a page or a video.'),
    maxPages: z.int().min(1).default(200).describe('Most pages of a document.'),
    maxSeconds: z.int().min(1).default(3600).describe('Longest sound or video, in seconds.'),
  })
  .prefault({})
  .describe('Programs of this machine that convert content, and what they may take.');
