/** The schema of the section `archive` of answerback.yaml. */
import { z } from 'zod';
import { name } from './forms.ts';
import { storeUrl } from './parts.ts';

export const archive = z.strictObject({
  kind: z
    .enum(['directory', 's3', 'store'])
    .describe('A directory, a bucket of S3, or another database (as a GridFS bucket); see docs/archive.md.'),
  timeoutMs: z
    .int()
    .min(50)
    .max(600_000)
    .default(5000)
    .describe('Longest wait for a step of the archive, in milliseconds; large objects of S3 have longer.'),
  directory: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Of kind `directory`: where it is, usually on another disk. It is made and marked at its first use.',
    ),
  bucket: z
    .string()
    .min(3)
    .max(63)
    .optional()
    .describe(
      'Of kind `s3`: its name; it must be there. AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY come from the environment.',
    ),
  region: z.string().min(1).default('us-east-1').describe('Of kind `s3`: the region.'),
  prefix: z
    .string()
    .regex(/^([A-Za-z0-9_.-]+\/)*$/, 'nothing, or folders that end in /')
    .default('')
    .describe('Of kind `s3`: begins the names of objects, as `voicemail/`.'),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Of kind `s3`: address of a server other than Amazon’s.'),
  pathStyle: z
    .boolean()
    .default(false)
    .describe('Of kind `s3`: names the bucket in the path, as most servers but Amazon’s want it.'),
  url: storeUrl.optional().describe('Of kind `store`: its address; ARCHIVE_MONGODB_URL overrides.'),
  database: name.default('answerback_archive').describe('Of kind `store`: database name.'),
});

type Archive = z.output<typeof archive>;

/** What is missing for its kind: path, what was found, what is allowed. */
export function archiveProblems(
  config: Archive | undefined,
  env: Readonly<Record<string, string | undefined>>,
): (readonly [path: string, found: unknown, allowed: string])[] {
  if (config?.kind === 'directory' && config.directory === undefined)
    return [['archive.directory', undefined, 'a directory, for kind `directory`']];
  if (config?.kind === 'store' && config.url === undefined)
    return [
      ['archive.url', undefined, 'an address, for kind `store`, or ARCHIVE_MONGODB_URL in the environment'],
    ];
  if (config?.kind !== 's3') return [];
  const wrong: (readonly [string, unknown, string])[] = [];
  if (config.bucket === undefined) wrong.push(['archive.bucket', undefined, 'a bucket, for kind `s3`']);
  if (!(env['AWS_ACCESS_KEY_ID'] && env['AWS_SECRET_ACCESS_KEY']))
    wrong.push([
      'archive',
      'no credentials',
      'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment',
    ]);
  return wrong;
}
