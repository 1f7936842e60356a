import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDemo, type DemoProcess } from './demo-process.ts';
import { stillRuns } from './process-tree.ts';

/** Beginnings of the lines, in order. */
const steps = [
  'store, Asterisk, controller, two telephones: up',
  '+12025550147 has no mailbox',
  'Alice Caller (+12025550123) rings it and is answered',
  'hears the greeting, then the tone',
  'speaks and hangs up',
  'a mailbox exists now',
  'gets the welcome text',
  'gets the text about the message',
  'calls +12025550199 and dials ',
  'hears exactly that message',
  'and is called',
  'presses 1 to hear it',
  'hears exactly that message',
  'each call has its record',
];

describe('npm run demo', function () {
  this.timeout(180_000);
  let folder: string;
  let demo: DemoProcess | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'answerback-demo-'));
  });

  afterEach(async () => {
    demo?.kill('SIGTERM');
    await demo?.exited;
    demo = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  it('tells the whole story on real calls, then stays until Ctrl-C and leaves nothing behind', async () => {
    demo = startDemo(join(folder, 'demo'));
    await demo.wrote('Ctrl-C ends it all.');
    assert.deepEqual(
      marks(demo.output),
      steps.map(() => '✔'),
      demo.output,
    );
    for (const part of [
      '+12025550199,,',
      'match 1.0',
      `sip:+12025550147@127.0.0.1:`,
      'deposit',
      'listen',
      'deliver',
    ])
      assert.ok(demo.output.includes(part), `${part} in:\n${demo.output}`);
    const tree = demo.tree();
    assert.ok(tree.length >= 5, 'store, Asterisk, controller and two telephones');
    demo.kill('SIGINT');
    assert.equal(await demo.exited, 0, demo.output);
    assert.deepEqual(tree.filter(stillRuns), []);
  });

  it('ends by itself with --once, every step having come true, in plain text where there is no terminal', async () => {
    demo = startDemo(join(folder, 'demo'), '--once');
    assert.equal(await demo.exited, 0, demo.output);
    const lines = demo.output.split('\n').filter((line) => /^ {2}[✔✖]/.test(line));
    assert.equal(lines.length, steps.length, demo.output);
    for (const [i, line] of lines.entries()) {
      assert.ok(line.startsWith(`  ✔  ${steps[i]}`), `${steps[i]}: ${line}`);
      assert.match(line, /\d (ms|s)$/);
    }
    assert.ok(!demo.output.includes('\u001b'), 'no colours');
  });

  it('tells the same story with texts over SMPP: the notice and the answer go by the SMSC', async () => {
    demo = startDemo(join(folder, 'demo'), '--once', '--smpp');
    assert.equal(await demo.exited, 0, demo.output);
    assert.deepEqual(
      marks(demo.output),
      steps.map(() => '✔'),
      demo.output,
    );
    assert.match(demo.output, /texts over SMPP/);
  });

  it('says what went wrong when the controller is killed, ends with a failure and leaves nothing behind', async () => {
    demo = startDemo(join(folder, 'demo'), '--once');
    await demo.wrote('rings it and is answered');
    const tree = demo.tree();
    const controller = tree.find(({ command }) => /app\/main\.[jt]s /.test(command));
    assert.ok(controller, 'the controller runs');
    process.kill(controller.pid, 'SIGKILL');
    assert.equal(await demo.exited, 1, demo.output);
    assert.match(
      demo.output,
      /✖ {2}hears the greeting, then the tone .*\n +the controller ended \(SIGKILL\)/,
    );
    assert.match(demo.output, /The story ended after 3 steps\. Logs are in /);
    assert.deepEqual(tree.filter(stillRuns), []);
  });

  it('is ended by SIGTERM in mid-story, and a second demo in the same folder says that one runs', async () => {
    demo = startDemo(join(folder, 'demo'), '--once');
    await demo.wrote('two telephones: up');
    const second = startDemo(join(folder, 'demo'), '--once');
    assert.equal(await second.exited, 1);
    assert.equal(
      second.output.trim(),
      `demo: another demo runs (process ${demo.pid}). End it with Ctrl-C, or use another folder: npm run demo -- --directory DIR`,
    );
    const tree = demo.tree();
    demo.kill('SIGTERM');
    assert.equal(await demo.exited, 143, demo.output);
    assert.deepEqual(tree.filter(stillRuns), []);
  });
});

function marks(output: string): string[] {
  return [...output.matchAll(/^ {2}([✔✖]) /gm)].map(([, mark]) => mark!);
}
