/** What is wrong with something that somebody wants kept, as an answer. */
import type { Problem } from '../../../core/directory/problem.ts';
import { HttpProblem } from '../problem.ts';

export function problemsOf(problems: readonly Problem[]): HttpProblem {
  return new HttpProblem(422, 'It cannot be as it was asked for.', {
    code: 'invalid',
    fields: problems.map(({ field, code, allowed }) => ({
      field: field.replace(/^settings\.(addresses\.)?/, ''),
      code,
      detail: `What is allowed: ${allowed}.`,
    })),
  });
}
