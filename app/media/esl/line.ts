import { Fault } from '../../core/errors.ts';
import type { EslConnection } from './wire/connection.ts';
import { EslDown, EslError, EslHungUp } from './wire/errors.ts';
import type { EslEvent } from './wire/event.ts';

/**
 * One channel's connection. Executions go one after the other: what is sent while another runs, runs inside it, and one
 * break ends both.
 */
export class Line {
  readonly id: string;
  readonly #connection: EslConnection;
  #last: Promise<unknown> = Promise.resolve();

  constructor(id: string, connection: EslConnection) {
    this.id = id;
    this.#connection = connection;
  }

  get open(): boolean {
    return this.#connection.open;
  }

  /**
   * Runs an application when the one before is over; answers its completion, or `gone` if the channel ended without it.
   * @param turn asked when its turn has come: false, and it is not run any more
   * @throws Fault if the switch refuses
   */
  async execute(application: string, argument = '', turn = () => true): Promise<EslEvent | 'gone'> {
    const run = this.#last.then((): EslEvent | 'gone' | Promise<EslEvent> =>
      turn() ? this.#connection.execute(this.id, application, argument) : ('gone' as const),
    );
    this.#last = run.catch(() => undefined);
    try {
      return await run;
    } catch (error) {
      if (error instanceof EslHungUp || error instanceof EslDown) return 'gone';
      throw asFault(error);
    }
  }

  /** Ends what runs now. What the switch has not begun yet is not ended by it. */
  breakOff(): void {
    this.tell(`api uuid_break ${this.id}`);
  }

  /** Sets a variable of the channel without running anything on it. */
  set(variable: string, value: string): void {
    this.tell(`api uuid_setvar ${this.id} ${variable} ${value}`);
  }

  hangup(cause: string): void {
    this.#connection
      .command(`sendmsg ${this.id}`, { 'call-command': 'hangup', 'hangup-cause': cause })
      .catch(() => undefined);
  }

  /** @throws Fault */
  async api(line: string): Promise<string> {
    try {
      return await this.#connection.api(line);
    } catch (error) {
      throw asFault(error);
    }
  }

  /** Fire and forget, where failing does not matter. */
  tell(command: string): void {
    this.#connection.command(command).catch(() => undefined);
  }

  /** The channel is over: lingering ends. */
  leave(): void {
    this.#connection.command('exit').catch(() => undefined);
  }

  /** The channel is no more: what waits for it ends. */
  over(): void {
    this.#connection.over(this.id);
  }

  /** Lets go of the channel, which goes on in the dialplan. */
  close(): void {
    this.#connection.close();
  }
}

/** Any error of the wire as one that may cross the room. */
export function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof EslError) return new Fault('media-failed', text, { temporary: false, cause: error });
  return new Fault('media-unavailable', text, { temporary: true, cause: error });
}
