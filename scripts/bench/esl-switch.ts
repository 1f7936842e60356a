/**
 * The double of FreeSWITCH in a process of its own, for the bench `esl`: rings so many calls as it is told. Arguments: port of
 * the adapter, password. Tells its own port, then rings at each message `{ calls, everyMs }`, and tells when all are over.
 */
import { babble } from '../../test/audio/babble.ts';
import { silence, type Line } from '../../test/media/esl/double/line.ts';
import { openFreeSwitchDouble } from '../../test/media/esl/double/switch.ts';

/** What a caller says, in milliseconds; then the key. */
const saidMs = 3000;
const voice = babble(saidMs, 1);
const handOver = { socket_resume: 'true', playback_terminators: 'none' };

const [password = ''] = process.argv.slice(2);
let application = 0;
const double = await openFreeSwitchDouble({
  password,
  application: () => ({ host: '127.0.0.1', port: application }),
});

function ring(n: number): Promise<void> {
  return new Promise((resolve) => {
    let said = 0;
    const line: Line = {
      answered: () => undefined,
      playing: () => undefined,
      ended: () => resolve(),
      speaks: () => {
        const frame = voice.subarray(said, said + silence.length);
        said += silence.length;
        if (said === voice.length) setImmediate(() => double.press(channel, '#'));
        return frame.length === silence.length ? frame : silence;
      },
    };
    const to = `+1202555${String(n % 10_000).padStart(4, '0')}`;
    const channel = double.ring({ to, from: '+12025560100', variables: handOver }, line);
  });
}

process.on('message', (order: { port?: number; calls?: number; everyMs?: number }) => {
  application = order.port ?? application;
  const { calls = 0, everyMs = 1 } = order;
  if (calls === 0) return;
  const all = Array.from(
    { length: calls },
    (_, n) => new Promise<void>((resolve) => setTimeout(() => void ring(n).then(resolve), n * everyMs)),
  );
  void Promise.all(all).then(() => process.send?.({ over: calls }));
});
process.once('disconnect', () => process.exit());
process.send?.({ port: double.port });
