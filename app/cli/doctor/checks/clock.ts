import { stat } from 'node:fs/promises';
import { isTimeZone } from '../../../core/time/is-time-zone.ts';
import { ok, warn, type Check, type Finding } from '../check.ts';

/** Where services that keep the time say so: systemd-timesyncd when it has, chrony and ntpd while they run. */
const signs = ['/run/systemd/timesync/synchronized', '/run/chrony/chronyd.pid', '/run/ntpd.pid'];

export const clock: Check = {
  name: 'clock',
  about: 'the clock is kept by NTP, as far as can be seen from here; time zones are known',
  async run({ config }) {
    const found: Finding[] = [];
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    for (const [name, { timeZone }] of Object.entries(config.classes))
      if (!isTimeZone(timeZone))
        found.push(warn(`class ${name} has an unknown zone ${timeZone}`, 'set its timeZone to an IANA zone'));
    const kept = await Promise.all(
      signs.map((path) =>
        stat(path).then(
          () => true,
          () => false,
        ),
      ),
    );
    if (found.length > 0) return found;
    return [
      ok(
        kept.includes(true)
          ? `kept by NTP, zone ${zone}`
          : `zone ${zone}; in a container or without NTP here, the store's clock is what it is compared with`,
      ),
    ];
  },
};
