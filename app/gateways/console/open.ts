/** Writes texts to a stream instead of sending them: for trying things out. Keeps nothing. */
import type { Writable } from 'node:stream';
import { finished } from 'node:stream';
import { Fault } from '../../core/errors.ts';
import type { TextGateway } from '../../ports/gateway.ts';

export interface ConsoleGatewayDeps {
  readonly stream: Writable;
}

/** The stream belongs to its opener: closing the gateway leaves it open. */
export function openConsoleGateway(deps: ConsoleGatewayDeps): TextGateway & AsyncDisposable {
  return {
    name: 'console',
    send: async ({ to, body }) => {
      await write(deps.stream, `text to ${printable(to)}: ${printable(body)}\n`);
      return {};
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

/** Resolves when the stream took the line. */
function write(out: Writable, line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      reject(
        new Fault('gateway-unavailable', 'the stream for texts is closed', { temporary: true, cause: error }),
      );
    };
    if (out.destroyed || out.writableEnded) return fail(undefined);
    const forget = finished(out, { readable: false }, (error) => fail(error));
    out.write(line, (error) => {
      forget();
      if (error) fail(error);
      else resolve();
    });
  });
}

/** A text from outside must not steer the terminal (C0, C1, bidirectional overrides). */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, ' ');
}
