/** Errors: `application/problem+json` (RFC 9457). */
import { z } from 'zod';

export const problemCodes = [
  'malformed',
  'invalid',
  'bad-cursor',
  'no-credentials',
  'bad-credentials',
  'locked',
  'forbidden',
  'no-scope',
  'suspended',
  'not-found',
  'gone',
  'expired',
  'method-not-allowed',
  'not-acceptable',
  'conflict',
  'in-progress',
  'reused-key',
  'version-changed',
  'too-large',
  'media-type',
  'range',
  'refused',
  'not-served',
  'mailbox-full',
  'message-too-large',
  'no-such-form',
  'nobody-to-answer',
  'not-allowed-by-toll-rules',
  'search-words',
  'pin-refused',
  'pin-must-change',
  'version-required',
  'rate-limited',
  'failed',
  'unavailable',
] as const;

export const problemCode = z.enum(problemCodes).meta({
  id: 'ProblemCode',
  description: 'What went wrong, for programs: stays the same where words change.',
});
export type ProblemCode = z.infer<typeof problemCode>;

export const fieldProblem = z
  .object({
    field: z
      .string()
      .describe(
        'Path of the field, as `parts.0.data`, with `query.`, `header.` or `path.` before it outside the body.',
      ),
    code: z.string().describe('What is wrong with it.'),
    detail: z.string().optional().describe('The same in words.'),
  })
  .meta({ id: 'FieldProblem', description: 'What is wrong with one field of a request.' });

export type FieldProblem = z.infer<typeof fieldProblem>;

export const problem = z
  .object({
    type: z.literal('about:blank').describe('Always this one: `code` says more.'),
    title: z.string().describe('The words of the status.'),
    status: z.number().int().describe('The status of the answer.'),
    code: problemCode,
    detail: z.string().optional().describe('What went wrong, in words for people.'),
    fields: z.array(fieldProblem).optional().describe('What is wrong with which field.'),
    retryAfter: z
      .number()
      .int()
      .optional()
      .describe('Seconds after which the same may work, as in Retry-After.'),
  })
  .meta({ id: 'Problem', description: 'Why a request was not done (RFC 9457).' });
export type Problem = z.infer<typeof problem>;
