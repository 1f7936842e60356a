/**
 * `npm run demo [-- --once] [-- --directory DIR]`: tells the whole story on real SIP calls and keeps running for a soft-phone
 * of yours; with --once it ends, and its exit code says whether every step came true.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkout } from '../stack/machine.ts';
import { access, message, otherMessage, subscriber } from './cast.ts';
import { StepFailure } from './failure.ts';
import { lockFolder } from './lock.ts';
import { messageOf, openReport, type Report } from './report.ts';
import { speak } from './speech.ts';
import { openDemoStack, type DemoStack } from './stack.ts';
import { tellStory } from './story.ts';

/** Why the demo ends before its end. */
class Interrupted extends Error {
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`ended by ${signal}`);
    this.signal = signal;
  }
}

const exitCodes: Partial<Record<NodeJS.Signals, number>> = { SIGINT: 130, SIGTERM: 143 };

async function main(once: boolean, directory: string): Promise<void> {
  const report = openReport(process.stdout);
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => stopping.abort(new Interrupted(signal)));
  const began = performance.now();
  await using _lock = await lockFolder(directory);
  report.heading('Answerback: a mailbox where there was none');
  let told = false;
  try {
    await using stack = await begin(report, directory, stopping.signal);
    stack.controller.exited.then(
      (end) => stopping.abort(new Error(`the controller ended (${end})`)),
      () => undefined,
    );
    const [spoken, other] = await speak([message, otherMessage], join(directory, 'speech'));
    const speech = { message: spoken!, other: other! };
    await tellStory({ stack, report, signal: stopping.signal, speech });
    told = true;
    report.line();
    report.line(
      `All ${report.steps} steps came true in ${((performance.now() - began) / 1000).toFixed(1)} s.`,
    );
    if (!once) await stay(report, stack, stopping.signal);
  } catch (error) {
    if (error instanceof Interrupted && told) return;
    process.exitCode = error instanceof Interrupted ? (exitCodes[error.signal] ?? 1) : 1;
    tellFailure(report, error, directory);
  }
}

async function begin(report: Report, directory: string, signal: AbortSignal): Promise<DemoStack> {
  return report.step(
    'store, Asterisk, controller and two telephones are up',
    () => openDemoStack(directory, signal),
    (stack) => `SIP ${stack.server}`,
  );
}

function tellFailure(report: Report, error: unknown, directory: string): void {
  report.line();
  if (!(error instanceof StepFailure) && !(error instanceof Interrupted)) report.line(messageOf(error));
  report.line(`The story ended after ${report.steps} steps. Logs are in ${directory}`);
}

/** Until a signal, or until the controller ends: shows the texts that the subscriber's phone gets. */
async function stay(report: Report, stack: DemoStack, signal: AbortSignal): Promise<void> {
  const at = stack.server;
  report.heading('Now you: any SIP telephone on this machine, no account and no password');
  report.line(`leave a message     sip:${subscriber.number}@${at}   (any +1202555…; the texts show up here)`);
  report.line(`hear a message      sip:${access}@${at}   and dial the reference, as ${subscriber.number}`);
  report.line(`or at once          sip:REFERENCE@${at}   as ${subscriber.number}`);
  report.line();
  report.line('Ctrl-C ends it all.');
  for (;;) {
    const text = await stack.subscriber.nextText('a text', 2 ** 31 - 1);
    report.phone(text.from, text.body);
    signal.throwIfAborted();
  }
}

const { values } = parseArgs({
  options: { once: { type: 'boolean', default: false }, directory: { type: 'string' } },
});
try {
  await main(values.once, resolve(values.directory ?? join(checkout, 'var/demo')));
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
