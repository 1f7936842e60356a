/** What the switch was told to play, by the controller's own log: the names of prompts, in order. */
import { setTimeout as pause } from 'node:timers/promises';
import type { LogLine } from '../../scripts/stack/controller.ts';
import type { System } from './system.ts';

export interface Playing {
  /** Name of a prompt, or of a stored sound. */
  readonly name: string;
  readonly offsetMs: number;
}

/** Follows the controller's log from now on; for one call at a time. */
export class Told {
  readonly #system: System;
  readonly #from: number;
  /** How many playings have been waited for already. */
  #seen = 0;

  constructor(system: System) {
    this.#system = system;
    this.#from = system.controller.lines.length;
  }

  get playings(): Playing[] {
    return this.#system.controller.lines.slice(this.#from).flatMap(playingsOf);
  }

  get names(): string[] {
    return this.playings.map(({ name }) => name);
  }

  /** Waits until this is among what the switch is told to play, after what was waited for before. */
  async plays(what: string | ((playing: Playing) => boolean), withinMs = 10_000): Promise<Playing> {
    const deadline = Date.now() + withinMs;
    const matches = typeof what === 'string' ? ({ name }: Playing) => name === what : what;
    for (;;) {
      const all = this.playings;
      const at = all.findIndex((playing, i) => i >= this.#seen && matches(playing));
      if (at >= 0) {
        this.#seen = at + 1;
        return all[at] as Playing;
      }
      if (Date.now() > deadline)
        throw new Error(`${String(what)} was not played; but ${this.names.slice(this.#seen).join(' ')}`);
      await pause(10);
    }
  }
}

function playingsOf(line: LogLine): Playing[] {
  if (line.msg !== 'playing' || !Array.isArray(line['media'])) return [];
  const offsetMs = Number(line['offsetMs'] ?? 0);
  return line['media'].map((uri, i) => ({
    name: String(uri)
      .replace(/^.*\//, '')
      .replace(/\.\w+$/, ''),
    offsetMs: i === 0 ? offsetMs : 0,
  }));
}
