/** A step of the story that did not come true. */
export class StepFailure extends Error {
  readonly expected: string;
  readonly got: string;

  constructor(expected: string, got: string) {
    super(`expected ${expected}, got ${got}`);
    this.expected = expected;
    this.got = got;
  }
}

/** @throws StepFailure unless the fact holds. */
export function expect(fact: boolean, expected: string, got: string): asserts fact {
  if (!fact) throw new StepFailure(expected, got);
}
