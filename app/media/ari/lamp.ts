import { Fault } from '../../core/errors.ts';
import type { Lamp } from '../../ports/media.ts';
import { asFault } from './leg.ts';
import type { Link } from './leg.ts';

/**
 * Publishes a mailbox's counts (RFC 3842) with MinivmMWI through a Local channel: the dialplan's contexts `mwi` and
 * `sink`, where mailboxes go without their plus. MinivmMWI adds urgent messages to the new ones, so they are taken off here.
 * @throws Fault `invalid` for a mailbox that is no number; `media-unavailable` (temporary) without the switch
 */
export async function setLamp(lamp: Lamp, link: Link): Promise<void> {
  if (!/^\+?[0-9A-Za-z_.]{1,40}$/.test(lamp.mailbox))
    throw new Fault('invalid', 'a lamp needs a number', { temporary: false });
  const [fresh, old, urgent] = [lamp.new, lamp.old, lamp.urgent].map((n) =>
    Math.min(99_999, Math.max(0, Math.trunc(n))),
  ) as [number, number, number];
  const counts = `${Math.max(0, fresh - urgent)}-${old}-${urgent}`;
  try {
    await link.request('POST', 'channels', {
      endpoint: `Local/${lamp.mailbox.replace('+', '')}-${counts}@mwi/n`,
      context: 'sink',
      extension: 's',
      priority: 1,
    });
  } catch (error) {
    throw asFault(error);
  }
}
