/**
 * Mocha's spec reporter. With ANSWERBACK_RESULTS it also writes what passed and what failed into that file, as JSON, and tells
 * why something failed as soon as its file is done: of a run that is ended from outside this is all that is left.
 */
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
    if (process.env.ANSWERBACK_RESULTS !== undefined) runner.on(EVENT_TEST_FAIL, tellWhy);
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

function tellWhy({ file = '' }, { message = '', stack = message }) {
  const why = stack.includes(message) ? stack : `${message}\n${stack}`;
  console.log(`${relative('.', file)}: ${why}`.replaceAll(/^/gm, '      '));
}
