/** One thing that the doctor looks at, and what it found. */
import type { Config, Secrets } from '../../config.ts';
import type { StoreInspection, SwitchInspection } from '../../ports/inspection.ts';

export type Level = 'ok' | 'warn' | 'wrong' | 'skipped';

export interface Finding {
  readonly level: Level;
  /** In plain words. */
  readonly text: string;
  /** The way out. */
  readonly fix?: string;
}

/** The installation that is looked at. */
export interface Patient {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly store: StoreInspection;
  readonly switch: SwitchInspection;
  /** Longest wait for one answer, in milliseconds. */
  readonly answerMs: number;
}

export interface Check {
  readonly name: string;
  /** What it looks at, for the help. */
  readonly about: string;
  /** Of Asterisk alone: skipped where the switch is another. */
  readonly ofAsterisk?: true;
  /** What is thrown is a finding too: wrong. */
  readonly run: (patient: Patient) => Promise<readonly Finding[]>;
}

export const ok = (text: string): Finding => ({ level: 'ok', text });
export const warn = (text: string, fix: string): Finding => ({ level: 'warn', text, fix });
export const wrong = (text: string, fix: string): Finding => ({ level: 'wrong', text, fix });
export const skipped = (text: string): Finding => ({ level: 'skipped', text });
