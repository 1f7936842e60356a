import { openConfiguredSealing } from '../../../open-sealing.ts';
import { quietLog } from '../../office/office.ts';
import { ok, skipped, wrong, type Check } from '../check.ts';

export const keys: Check = {
  name: 'keys',
  about: 'the master key that seals messages is here, and so are those that sealed older ones',
  async run({ config, secrets, answerMs }) {
    if (config.encryption === undefined) return [skipped('no encryption is configured')];
    const fix = 'see docs/encryption.md: put the master key back where the section encryption says it is';
    try {
      const store = { ...config.store, timeoutMs: answerMs };
      await using sealing = await openConfiguredSealing({ ...config, store }, secrets, {
        log: quietLog,
        check: false,
      });
      const states = (await sealing.keys?.states()) ?? [];
      const lost = states.filter((state) => state.lost !== undefined);
      if (lost.length > 0)
        return lost.map((state) =>
          wrong(`${state.master}: ${state.keys} mailboxes cannot be read: ${state.lost}`, fix),
        );
      const sum = states.reduce((count, state) => count + state.keys, 0);
      return [
        ok(
          `${sum} mailboxes have their keys, wrapped by ${states.map(({ master }) => master).join(', ') || 'none'}`,
        ),
      ];
    } catch (error) {
      return [wrong(`the keys cannot be looked at: ${(error as Error).message}`, fix)];
    }
  },
};
