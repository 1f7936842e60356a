/**
 * `npm run demo [-- --once] [-- --smpp] [-- --directory DIR]`: tells the whole story on real SIP calls and keeps running for a
 * soft-phone of yours; with --once it ends, and its exit code says whether every step came true. With --smpp the texts go and
 * come over SMPP, by an SMSC on this machine.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkout } from '../stack/machine.ts';
import { access, message, otherMessage, subscriber } from './cast.ts';
import { lockFolder } from './lock.ts';
import { messageOf, openReport, type Report } from './report.ts';
import { speak } from './speech.ts';
import { openDemoStack, type DemoStack, type DemoStackOptions } from './stack.ts';
import { tellStory, userOf, type Story } from './story.ts';

/** The demo was told to end. */
class Interrupted extends Error {
  readonly exitCode: number;

  constructor(signal: keyof typeof exitCodes) {
    super(`ended by ${signal}`);
    this.exitCode = exitCodes[signal];
  }
}

const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

interface Wanted {
  readonly once: boolean;
  readonly smpp: boolean;
  readonly directory: string;
}

async function main({ once, smpp, directory }: Wanted): Promise<void> {
  const report = openReport(process.stdout);
  const stopping = new AbortController();
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => stopping.abort(new Interrupted(signal)));
  await using _lock = await lockFolder(directory);
  report.heading('Answerback: a mailbox where there was none');
  let told = false;
  try {
    const began = performance.now();
    const { stack, speech } = await begin(report, { directory, smpp, signal: stopping.signal });
    await using _stack = stack;
    stack.controller.exited.then(
      (end) => stopping.abort(new Error(`the controller ended (${end})`)),
      () => undefined,
    );
    try {
      await tellStory({ stack, report, signal: stopping.signal, speech });
      told = true;
      tellEnd(report, performance.now() - began);
      if (!once) await stay(report, stack);
    } catch (error) {
      if (!(error instanceof Interrupted)) tellTroubles(report, stack);
      throw error;
    }
  } catch (error) {
    if (!report.failed && !(error instanceof Interrupted)) report.line(messageOf(error));
    if (!told) report.line(`The story ended after ${report.steps} steps. Logs are in ${directory}`);
    const interrupted = error instanceof Interrupted ? error.exitCode : 1;
    process.exitCode = told && error instanceof Interrupted ? 0 : interrupted;
  }
}

async function begin(
  report: Report,
  options: DemoStackOptions,
): Promise<{ stack: DemoStack; speech: Story['speech'] }> {
  return report.step(
    'store, Asterisk, controller, two telephones: up',
    async () => {
      const speaking = speak([message, otherMessage], join(options.directory, 'speech'));
      // Looked at after the stack is up.
      speaking.catch(() => undefined);
      const stack = await openDemoStack(options);
      try {
        const [spoken, other] = await speaking;
        return { stack, speech: { message: spoken!, other: other! } };
      } catch (error) {
        await stack[Symbol.asyncDispose]();
        throw error;
      }
    },
    ({ stack }) => `SIP ${stack.server}${options.smpp ? ', texts over SMPP' : ''}`,
  );
}

function tellEnd(report: Report, ms: number): void {
  report.line();
  report.line(`All ${report.steps} steps came true in ${(ms / 1000).toFixed(1)} s.`);
}

/** What the controller warned of last. */
function tellTroubles(report: Report, stack: DemoStack): void {
  const warnings = stack.controller.lines.filter(({ level }) => level === 'warn' || level === 'error');
  for (const { level, msg } of warnings.slice(-3)) report.line(`the controller’s log: ${level}: ${msg}`);
}

/** Until a signal, or until the controller ends: shows the texts that the subscriber's phone gets. */
async function stay(report: Report, stack: DemoStack): Promise<never> {
  const at = stack.server;
  report.heading('Now you: any SIP telephone on this machine, over UDP, without account or password');
  report.line(`leave a message   call sip:${subscriber.number}@${at}`);
  report.line(`hear it           call sip:${access}@${at} and dial the reference`);
  report.line(`hear it at once   call sip:REFERENCE@${at}`);
  report.line(`To be the subscriber, let the telephone call itself sip:${subscriber.number}@${at}.`);
  report.line('Every +1202555 number takes messages. The texts about them are shown here.');
  report.line('Ctrl-C ends it all.');
  for (;;) {
    const text = await stack.texting.nextText('a text', 2 ** 31 - 1);
    report.line();
    report.phone(userOf(text.from), text.body);
  }
}

const { values } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    smpp: { type: 'boolean', default: false },
    directory: { type: 'string' },
  },
});
try {
  await main({ ...values, directory: resolve(values.directory ?? join(checkout, 'var/demo')) });
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
