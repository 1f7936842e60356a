/** Mocha's spec reporter; with ANSWERBACK_RESULTS it also writes what passed and what failed into that file, as JSON. */
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import mocha from 'mocha';

const { Spec } = mocha.reporters;
const { EVENT_TEST_END, EVENT_TEST_FAIL, EVENT_TEST_PASS } = mocha.Runner.constants;

export default class Reporter extends Spec {
  /** `took`: milliseconds of tests, by file. */
  #results = { passed: [], failed: [], took: {} };

  constructor(runner, options) {
    super(runner, options);
    const note = (list) => (test) => list.push({ file: relative('.', test.file ?? ''), title: test.title });
    runner.on(EVENT_TEST_PASS, note(this.#results.passed));
    runner.on(EVENT_TEST_FAIL, note(this.#results.failed));
    const { took } = this.#results;
    runner.on(EVENT_TEST_END, ({ file = '', duration = 0 }) => {
      const name = relative('.', file);
      took[name] = (took[name] ?? 0) + duration;
    });
  }

  done(failures, finish) {
    const file = process.env.ANSWERBACK_RESULTS;
    if (file !== undefined) writeFileSync(file, JSON.stringify(this.#results));
    finish(failures);
  }
}
