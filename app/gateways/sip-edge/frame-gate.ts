/**
 * Lets frames to the server pass. Its ring of 12,228 bytes bears bursts of frames under 4 kB (measured); what is larger goes
 * when all that went before has been echoed, and nothing follows it before its own echo.
 */
import { Fault } from '../../core/errors.ts';

/** Frames from this size on go alone, in bytes. */
const largeBytes = 3900;

interface Waiting {
  readonly large: boolean;
  readonly go: () => void;
  readonly fail: (error: Fault) => void;
}

export class FrameGate {
  readonly #waiting: Waiting[] = [];
  #passed = 0;
  #large = false;
  #closed = false;

  /**
   * Resolves when a frame of so many bytes may go, with what is to be called when it has been echoed.
   * @throws Fault, temporary, once the gate is closed
   */
  async enter(bytes: number): Promise<() => void> {
    const large = bytes >= largeBytes;
    if (this.#closed) throw gone();
    await new Promise<void>((go, fail) => {
      this.#waiting.push({ large, go, fail });
      this.#next();
    });
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#passed -= 1;
      if (large) this.#large = false;
      this.#next();
    };
  }

  /** The connection is gone: nobody passes any more. */
  close(): void {
    this.#closed = true;
    for (const { fail } of this.#waiting.splice(0)) fail(gone());
  }

  #next(): void {
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined || this.#large || (first.large && this.#passed > 0)) return;
      this.#waiting.shift();
      this.#passed += 1;
      this.#large = first.large;
      first.go();
    }
  }
}

export function gone(cause?: unknown): Fault {
  return new Fault('gateway-unavailable', 'no connection to the SIP edge', { temporary: true, cause });
}
