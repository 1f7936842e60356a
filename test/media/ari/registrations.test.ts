import assert from 'node:assert/strict';
import { openAriMedia } from '../../../app/media/ari/open.ts';
import type { Registration } from '../../../app/ports/media.ts';
import { openPhone } from '../../phone/phone.ts';
import { openLab, until } from './lab.ts';

describe('phones that register, with Asterisk', function () {
  this.timeout(60_000);

  it('are told of when they come, not when they register again, nor where only a label says whose they are', async () => {
    await using lab = await openLab({
      phones: [
        { name: 'anna', number: '+12025550111', password: 'secret' },
        { name: 'ben', number: '+12025550112', password: 'secret' },
      ],
    });
    const told: Registration[] = [];
    const { log, prompts, settings, asterisk } = lab;
    const deps = { log, clock: { now: () => new Date() }, prompts, language: 'en' };
    const open = async () => {
      const media = await openAriMedia(settings, { ...deps, onRegistered: (one) => void told.push(one) });
      await media.ready(AbortSignal.timeout(10_000));
      return media;
    };
    const server = { host: asterisk.sipHost, port: asterisk.sipPort };
    const phone = (number: string) => openPhone({ server, number, password: 'secret' });
    const [anna, ben] = ['+12025550111', '+12025550112'];
    await using first = await phone('anna');
    await using second = await phone('anna');
    await using other = await phone('ben');
    {
      await using _media = await open();
      assert.equal(await first.register(), 200);
      await until(() => told.length === 1, 'it is told');
      assert.equal(await first.register(), 200);
      // What the switch tells has one order: the second phone's coming is after the first one's stay.
      assert.equal(await second.register(), 200);
      await until(() => told.length === 2, 'it is told');
      assert.equal(await first.register(0), 200);
      assert.equal(await first.register(), 200);
      await until(() => told.length === 3, 'it is told');
      assert.deepEqual(
        told,
        Array.from({ length: 3 }, () => ({ number: anna, fresh: true })),
      );
    }
    told.length = 0;
    // While nobody listens one comes: it is found, as one that may have been there.
    assert.equal(await other.register(), 200);
    await using _again = await open();
    await until(() => told.length >= 2, 'it is told');
    assert.deepEqual(
      told.toSorted((a, b) => a.number.localeCompare(b.number)),
      [
        { number: anna, fresh: false },
        { number: ben, fresh: false },
      ],
    );
  });
});
