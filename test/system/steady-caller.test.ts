import assert from 'node:assert/strict';
import { tone } from '../../scripts/audio/tone.ts';
import { babble } from '../audio/babble.ts';
import { openPhone } from '../phone/phone.ts';
import { openChance } from './chance.ts';
import { SteadyCaller, type Stage } from './steady-caller.ts';

describe('A steady caller', () => {
  it('knows what it said into a tone that came in pieces', async () => {
    const chance = openChance();
    await using box = await openPhone({ server: { host: '127.0.0.1', port: 9 }, number: 'box' });
    await using phone = await openPhone({ server: { host: box.host, port: box.port }, number: 'caller' });
    const caller = new SteadyCaller({
      from: '+14155552001',
      to: '+12025550147',
      sound: babble(1000, 1),
      end: 'hang-up',
    });
    const reached = new Map<Stage, () => void>();
    const at = (stage: Stage) => new Promise<void>((resolve) => reached.set(stage, resolve));
    const [waits, speaks] = [at('tone'), at('recording')];
    caller.onStage = (stage) => reached.get(stage)?.();
    const calling = caller.call(phone, chance);
    const call = await box.incoming();
    await call.answer();
    await waits;
    await call.say(tone(1000, 100));
    await speaks;
    await call.say(tone(1000, 200));
    await calling;
    assert.ok(caller.intoToneMs > 180 && caller.intoToneMs < 400, `${caller.intoToneMs} ms`);
    assert.ok(caller.spokeMs !== undefined);
  });
});
