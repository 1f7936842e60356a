/**
 * Mocha's spec reporter and, after a run of all tests (ANSWERBACK_ALL_TESTS), the check that every test which
 * docs/requirements.md names as a proof has run and passed, and which files took longest: they are to begin first (scripts/run.sh).
 */
import { relative } from 'node:path';
import mocha from 'mocha';
import { isProof, readRequirements } from './docs/requirements.ts';

const { Spec } = mocha.reporters;
const { EVENT_TEST_END, EVENT_TEST_PASS } = mocha.Runner.constants;
const mostSlow = 12;

export default class Reporter extends Spec {
  #passed = [];
  /** Milliseconds of tests, by file. */
  #took = new Map();

  constructor(runner, options) {
    super(runner, options);
    runner.on(EVENT_TEST_PASS, (test) =>
      this.#passed.push({ file: relative('.', test.file ?? ''), title: test.title }),
    );
    runner.on(EVENT_TEST_END, ({ file = '', duration = 0 }) =>
      this.#took.set(file, (this.#took.get(file) ?? 0) + duration),
    );
  }

  done(failures, finish) {
    const missing = process.env.ANSWERBACK_ALL_TESTS === undefined ? [] : this.#missing();
    if (process.env.ANSWERBACK_ALL_TESTS !== undefined) this.#tellSlow();
    for (const text of missing) console.log(`  requirement without its proof: ${text}`);
    finish(failures + missing.length);
  }

  #tellSlow() {
    const slow = [...this.#took].toSorted(([, a], [, b]) => b - a).slice(0, mostSlow);
    for (const [file, ms] of slow) console.log(`  ${Math.round(ms / 1000)} s: ${relative('.', file)}`);
  }

  #missing() {
    const proofs = readRequirements().flatMap(({ row, proofs }) => proofs.map((proof) => ({ row, proof })));
    return proofs
      .filter(({ proof }) => !this.#passed.some(({ file, title }) => isProof(proof, file, title)))
      .map(({ row, proof }) => `${row}: ${proof.file}: ${proof.title}`);
  }
}
