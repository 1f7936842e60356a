import assert from 'node:assert/strict';
import { isFault } from '../../../app/core/errors.ts';
import { writeTag } from '../../../app/core/message/recording-tag.ts';
import { babble } from '../../audio/babble.ts';
import type { MediaCaseList } from '../cases.ts';

export const messageCases: MediaCaseList = {
  'a text comes in once, as it was written': async (world) => {
    await world.text('+12025550131', '+12025550199', 'Ja, grüezi ✓');
    await world.text('+12025550131', '+12025550199', '1');
    const first = await world.nextText();
    assert.equal(first.from, '+12025550131');
    assert.equal(first.to, '+12025550199');
    assert.equal(first.body, 'Ja, grüezi ✓');
    assert.equal(first.network, 'sip');
    assert.equal(first.truncated, false);
    const second = await world.nextText();
    assert.equal(second.body, '1');
    assert.notEqual(second.id, first.id);
  },

  'a text goes out': async (world) => {
    const body = 'New message. Call +12025550199,,1234567890# ✓';
    await world.media.sendText({ id: 'text-1', from: '+12025550199', to: '+12025550132', body });
    assert.deepEqual(await world.textAt('+12025550132'), { from: '+12025550199', body });
  },

  'a text to somebody who is away is refused for now': async (world) => {
    const text = { id: 'text-2', from: '+12025550199', to: world.awayNumber, body: 'x' };
    await assert.rejects(
      world.media.sendText(text),
      (error) => isFault(error, 'gateway-unavailable') && error.temporary,
    );
  },

  'the lamp shows what was set last, and repeating it does no harm': async (world) => {
    const mailbox = world.lampMailbox;
    await world.media.setLamp({ mailbox, classes: { 'voice-message': { new: 3, old: 1, urgent: 1 } } });
    await world.lampShows({ new: 3, old: 1 });
    await world.media.setLamp({ mailbox, classes: { 'voice-message': { new: 0, old: 4, urgent: 0 } } });
    await world.media.setLamp({ mailbox, classes: { 'voice-message': { new: 0, old: 4, urgent: 0 } } });
    await world.lampShows({ new: 0, old: 4 });
  },

  'a recording that no call owns is found, and gone once discarded': async (world) => {
    const sound = babble(700, 11);
    const tag = writeTag({ called: '+12025550123', started: new Date(0), callId: 'elsewhere', n: 'f' });
    await world.leave(tag, sound);
    const { take } = await world.nextStray();
    assert.equal(take.tag, tag);
    assert.equal(take.contentType, 'audio/PCMU');
    assert.equal(take.durationMs, 700);
    assert.deepEqual(Buffer.from(await take.bytes()), sound);
    await take.discard();
    await take.discard();
  },
};
