/**
 * Mocha's spec reporter and, after a run of all tests (ANSWERBACK_ALL_TESTS), the check that every test which
 * docs/requirements.md names as a proof has run and passed.
 */
import { relative } from 'node:path';
import mocha from 'mocha';
import { isProof, readRequirements } from './docs/requirements.ts';

const { Spec } = mocha.reporters;
const { EVENT_TEST_PASS } = mocha.Runner.constants;

export default class Reporter extends Spec {
  #passed = [];

  constructor(runner, options) {
    super(runner, options);
    runner.on(EVENT_TEST_PASS, (test) =>
      this.#passed.push({ file: relative('.', test.file ?? ''), title: test.title }),
    );
  }

  done(failures, finish) {
    const missing = process.env.ANSWERBACK_ALL_TESTS === undefined ? [] : this.#missing();
    for (const text of missing) console.log(`  requirement without its proof: ${text}`);
    finish(failures + missing.length);
  }

  #missing() {
    const proofs = readRequirements().flatMap(({ row, proofs }) => proofs.map((proof) => ({ row, proof })));
    return proofs
      .filter(({ proof }) => !this.#passed.some(({ file, title }) => isProof(proof, file, title)))
      .map(({ row, proof }) => `${row}: ${proof.file}: ${proof.title}`);
  }
}
