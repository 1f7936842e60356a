import { age } from '../../output/text.ts';
import { withoutPassword } from '../../office/office.ts';
import { ok, warn, wrong, type Check, type Finding } from '../check.ts';

/** A slower answer is felt in calls, in milliseconds. */
const slowMs = 100;
/** Clocks may differ by so much, in milliseconds; leases of works are longer. */
const skewMs = 2_000;

export const store: Check = {
  name: 'store',
  about: 'it answers, quickly, its clock is right, and its indexes are there',
  async run({ config, store }) {
    const address = withoutPassword(config.store.url);
    const server = await store.server().catch((error: unknown) => error as Error);
    if (server instanceof Error)
      return [
        wrong(
          `the store does not answer at ${address}: ${reason(server)}`,
          'start it, or correct store.url or MONGODB_URL; user and password are part of the address',
        ),
      ];
    const found: Finding[] = [];
    const round = `${server.roundMs.toFixed(1)} ms`;
    found.push(
      server.roundMs > slowMs
        ? warn(
            `the store takes ${round} for an answer`,
            'look at its load, and bring it nearer to this machine',
          )
        : ok(`${server.product} ${server.version} (${server.kind}) at ${address}, answers in ${round}`),
    );
    const skew = Math.abs(server.at.getTime() - Date.now());
    if (skew > skewMs)
      found.push(
        wrong(
          `the store's clock and this machine's differ by ${age(skew)}`,
          'let both be set by NTP (chrony, systemd-timesyncd)',
        ),
      );
    const missing = await store.missingIndexes();
    if (missing.length > 0)
      found.push(
        wrong(
          `indexes are missing: ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ` and ${missing.length - 5} more` : ''}`,
          'a controller makes them when it starts: start one, and look at its log for `store not ready`',
        ),
      );
    return found;
  },
};

function reason(error: Error): string {
  const { message } = error.cause instanceof Error ? error.cause : error;
  return message.split('\n')[0] ?? message;
}
