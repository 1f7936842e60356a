/** Reads docs/requirements.md: which test proves which row. */
import { readFileSync } from 'node:fs';

export interface Requirement {
  readonly row: string;
  readonly what: string;
  readonly state: string;
  readonly proofs: readonly Proof[];
}

export interface Proof {
  readonly file: string;
  /** Whole title of a test, or its beginning with `…`. */
  readonly title: string;
}

/** The rows of the table. A proof is written as `file`: “title”; several are separated by `<br>`. */
export function readRequirements(file = 'docs/requirements.md'): Requirement[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => /^\| (S|B)\d+/.test(line))
    .map((line) => {
      const [, row = '', what = '', state = '', proofs = ''] = line.split('|').map((cell) => cell.trim());
      return { row, what, state, proofs: [...proofs.matchAll(/`([^`]+)`: “([^”]+)”/g)].map(proofOf) };
    });
}

function proofOf([, file = '', title = '']: RegExpMatchArray): Proof {
  return { file, title };
}

/** Whether a test's title is the one meant. */
export function isProof(proof: Proof, file: string, title: string): boolean {
  if (!file.endsWith(proof.file)) return false;
  return proof.title.endsWith('…') ? title.startsWith(proof.title.slice(0, -1)) : title === proof.title;
}
