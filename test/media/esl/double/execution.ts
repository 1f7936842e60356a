/** Runs what is asked of a channel: at once and inside what runs already, or in turn with `event-lock`. */
import { randomUUID } from 'node:crypto';
import { applications, type Stage } from './applications.ts';
import type { Channel } from './channel.ts';
import type { Clock } from './clock.ts';
import type { Value } from './templates.ts';

export interface ExecutionDeps {
  readonly clock: Clock;
  emit(channel: Channel, name: string, own?: Readonly<Record<string, Value>>): void;
  hangup(channel: Channel, cause: string): void;
  dial(channel: Channel, target: string): Promise<Channel | string>;
}

interface Running {
  readonly id: string;
  brokenAt: number;
}

/** The applications of one channel, the innermost last. */
export class Executions {
  readonly #channel: Channel;
  readonly #deps: ExecutionDeps;
  readonly #stack: Running[] = [];
  #locked: Promise<unknown> = Promise.resolve();
  #breaks = 0;

  constructor(channel: Channel, deps: ExecutionDeps) {
    this.#channel = channel;
    this.#deps = deps;
  }

  /** Whether something runs that takes digits. */
  get busy(): boolean {
    return this.#stack.length > 0;
  }

  /** Resolves when all that ran has told its end. */
  async idle(): Promise<void> {
    while (this.#stack.length > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  breakOff(): void {
    this.#breaks += 1;
  }

  /** @param lock waits for what was asked for with a lock before */
  ask(application: string, argument: string, id: string, lock: boolean): void {
    if (!lock) {
      void this.#deps.clock.next().then(() => this.#run(application, argument, id));
      return;
    }
    const before = this.#locked;
    this.#locked = this.#deps.clock
      .next()
      .then(() => before)
      .then(() => this.#run(application, argument, id));
  }

  async #run(application: string, argument: string, id: string): Promise<void> {
    const channel = this.#channel;
    if (channel.gone.aborted) return;
    const run = applications[application];
    if (run === undefined) {
      this.#deps.hangup(channel, 'DESTINATION_OUT_OF_ORDER');
      return;
    }
    const running: Running = { id, brokenAt: this.#breaks };
    this.#stack.push(running);
    const own = {
      Application: application,
      ...(argument === '' ? {} : { 'Application-Data': argument }),
      'Application-UUID': id,
    };
    channel.set('current_application', application);
    channel.set('current_application_data', argument);
    this.#deps.emit(channel, 'CHANNEL_EXECUTE', own);
    channel.response = '_none_';
    const response = await run(this.#stage(running), argument);
    // What runs inside tells its end first, and its response is the channel's.
    while (this.#stack.at(-1) !== running) await new Promise((resolve) => setImmediate(resolve));
    this.#stack.pop();
    if (response !== '_none_') channel.response = response;
    this.#deps.emit(channel, 'CHANNEL_EXECUTE_COMPLETE', {
      ...own,
      'Application-Response': channel.response,
    });
  }

  #stage(running: Running): Stage {
    const channel = this.#channel;
    return {
      channel,
      clock: this.#deps.clock,
      onTop: () => this.#stack.at(-1) === running,
      broken: () => {
        const broken = this.#breaks > running.brokenAt;
        running.brokenAt = this.#breaks;
        return broken;
      },
      emit: (name, own) => this.#deps.emit(channel, name, own),
      hangup: (cause) => this.#deps.hangup(channel, cause),
      dial: (target) => this.#deps.dial(channel, target),
      inside: (application, argument) => this.#run(application, argument, randomUUID()),
    };
  }
}
