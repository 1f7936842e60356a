import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { E164 } from '../../app/core/ids.ts';
import type { StorePart } from '../../scripts/stack/store.ts';
import { correlate } from '../../scripts/audio/correlate.ts';
import { babble } from '../audio/babble.ts';
import { prompt } from '../audio/prompt.ts';
import type { PhoneCall } from '../phone/call.ts';
import type { Phone } from '../phone/phone.ts';
import { nextNotice } from './leave-message.ts';
import { openSystem, type System } from './system.ts';

/** The driver looks for a store that is back, and the worker for what waits, within this time. */
const backMs = 45_000;

describe('The store is away', function () {
  this.timeout(120_000);
  let system: System;
  let alice: Phone;
  let thanks: Buffer;

  before(async () => {
    system = await openSystem();
    alice = await system.phone('+12025550123');
    thanks = await prompt('message-saved');
  });

  after(() => system[Symbol.asyncDispose]());

  const waiting = async (): Promise<string[]> => {
    const files = await readdir(join(system.directory, 'controller/deposits'));
    return files.filter((name) => name.endsWith('.deposit'));
  };

  /** Speaks, presses # and 1, and hears what came of it. */
  async function sends(call: PhoneCall, sound: Buffer, answer: Buffer): Promise<void> {
    await call.hearsTone(1000, { withinMs: 20_000 });
    await call.say(sound);
    await finishes(call, answer);
  }

  async function finishes(call: PhoneCall, answer: Buffer): Promise<void> {
    await call.press('#');
    await call.press('1', { gapMs: 400 });
    await call.hears(answer, { withinMs: 30_000 });
    await call.hangup();
  }

  async function isInOnce(number: string, sound: Buffer): Promise<void> {
    await nextNotice(system, number, backMs);
    const mailbox = await system.store.mailboxes.find(number as E164);
    const messages = await system.store.messages.list(mailbox!.id, { limit: 10 });
    assert.equal(messages.length, 1);
    assert.deepEqual(mailbox?.counts, { new: 1, old: 0, urgent: 0 });
    const media = await system.store.media.get(messages[0]!.envelope.parts[0]!.media);
    const { score } = correlate(media!.bytes, sound);
    assert.ok(score > 0.8, `score ${score}`);
    assert.deepEqual(await waiting(), []);
    const notices = system.network.texts.filter((text) => text.to === number && /,,\d{10}#/.test(text.body));
    assert.equal(notices.length, 1);
  }

  for (const [i, part] of (['ferretdb', 'postgres'] as const satisfies StorePart[]).entries()) {
    it(`${part} killed before the call: greeted at once, thanked, and the message goes in by itself`, async () => {
      const bob = `+1202555017${i}`;
      const sound = babble(2500, i);
      await system.local.kill(part, 'SIGKILL');
      const call = await alice.call(bob);
      await call.up();
      await call.soundAfter(0);
      const waitedMs = call.firstSoundAt! - call.times.ack!;
      assert.ok(waitedMs < 2000, `greeted after ${waitedMs} ms`);
      await call.press('#');
      await sends(call, sound, thanks);
      assert.equal((await waiting()).length, 1);
      await system.local.start(part);
      await isInOnce(bob, sound);
    });
  }

  it('it goes away while the caller speaks', async () => {
    const bob = '+12025550173';
    const sound = babble(3000, 3);
    const call = await alice.call(bob);
    await call.hearsTone(1000, { withinMs: 20_000 });
    const speaking = call.say(sound);
    await system.local.kill('ferretdb', 'SIGKILL');
    await speaking;
    await finishes(call, thanks);
    assert.equal((await waiting()).length, 1);
    await system.local.start('ferretdb');
    await isInOnce(bob, sound);
  });

  it('the controller is killed as well: it starts without the store, and what waited goes in', async () => {
    const bob = '+12025550174';
    const sound = babble(2500, 4);
    await system.local.kill('ferretdb', 'SIGKILL');
    await sends(await alice.call(bob), sound, thanks);
    await system.controller.kill('SIGKILL');
    await system.restart();
    assert.equal((await waiting()).length, 1);
    await system.local.start('ferretdb');
    await isInOnce(bob, sound);
  });

  it('and the disk is full: the caller is told the truth, and the recording is taken in when all is back', async () => {
    const bob = '+12025550175';
    const sound = babble(3500, 5);
    await system.controller.kill('SIGTERM');
    // So small that the message finds no room.
    const mount = 'mount -t tmpfs -o size=16k tmpfs "$0" && exec "$@"';
    const unshare = [
      'unshare',
      ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
      '--mount',
    ];
    await system.restart([...unshare, 'sh', '-c', mount, join(system.directory, 'controller/deposits')]);
    await system.local.kill('ferretdb', 'SIGKILL');
    await sends(await alice.call(bob), sound, await prompt('message-not-saved'));
    assert.ok(system.controller.lines.some((line) => JSON.stringify(line).includes('disk-full')));
    assert.deepEqual(await waiting(), []);
    await system.local.start('ferretdb');
    await isInOnce(bob, sound);
  });
});
