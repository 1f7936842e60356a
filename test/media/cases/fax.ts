import assert from 'node:assert/strict';
import { hangup, hear } from '../../../app/media/scripted/steps.ts';
import type { Call } from '../../../app/ports/media.ts';
import { faxTiff } from '../../fax/tiff.ts';
import type { MediaCaseList } from '../cases.ts';
import { language, prompt } from './prompts.ts';

const station = '+1 202 555 0199';
const options = { callerNumber: '+12025550199', ringSeconds: 10 };

let tags = 0;
/** As the product names them: the mailbox's number, the caller's, when, which call. */
function ruleFor(call: Call) {
  const seconds = Math.floor(call.started.getTime() / 1000);
  const tag = `+12025550123~+12025550166~${seconds}~${call.id}~x${(tags += 1)}`;
  return { tag, station, maxSeconds: 90, header: 'Answerback' };
}

export const faxCases: MediaCaseList = {
  'a fax tone during a greeting ends the call, which comes anew, and its pages are received': async (
    world,
  ) => {
    const document = faxTiff(1);
    const call = await world.fax(document);
    await call.answer();
    const greeting = [prompt('greeting-default'), prompt('enter-reference'), prompt('greeting-default')];
    assert.equal((await call.play(greeting, { language })).kind, 'gone');
    assert.equal(call.becameFax, true);
    const fax = await world.nextCall();
    assert.equal(fax.id, call.id);
    assert.deepEqual(fax.entry, { kind: 'fax' });
    assert.equal(fax.facts.requestUser, call.facts.requestUser);
    await call[Symbol.asyncDispose]();
    const rule = ruleFor(fax);
    const result = await fax.receiveFax(rule);
    assert.equal(result.kind, 'received');
    assert.ok(result.kind === 'received');
    const { take, pages, facts } = result.fax;
    assert.equal(pages, 1);
    assert.deepEqual([take.tag, take.contentType, take.durationMs], [rule.tag, 'image/tiff', 0]);
    assert.deepEqual(facts, { station: '+1 202 555 0166', rate: 14_400, mode: 't38' });
    assert.ok(await world.samePages(await take.bytes(), document));
    await take.discard();
    await take.discard();
    await assert.rejects(async () => take.bytes(), { code: 'not-found' });
    // The fax was the whole call.
    assert.equal(fax.gone.aborted, true);
    assert.equal(fax.becameFax, false);
    await fax[Symbol.asyncDispose]();
  },

  'a machine that answers gets the pages, and says who it is': async (world) => {
    world.onDial('+12025550166', 'fax-machine');
    const dialled = await world.media.dial({ number: '+12025550166' }, options);
    assert.ok(dialled.kind === 'answered');
    const document = faxTiff(1);
    const { call } = dialled;
    const result = await call.sendFax(document, ruleFor(call));
    assert.deepEqual(result, {
      kind: 'sent',
      pages: 1,
      facts: { station: '+1 202 555 0166', rate: 14_400, mode: 't38' },
    });
    assert.ok(await world.samePages(await world.faxed(), document));
    assert.equal(call.gone.aborted, true);
    await call[Symbol.asyncDispose]();
  },

  'who is no fax machine and hangs up has left no page, and got none': async (world) => {
    const { call, caller } = await world.ring({ steps: [hear('message-saved'), hangup()] });
    await call.answer();
    await call.play([prompt('message-saved')], { language });
    const received = await call.receiveFax(ruleFor(call));
    assert.ok(received.kind === 'failed' || received.kind === 'gone', received.kind);
    await caller.done;
    await call[Symbol.asyncDispose]();
    world.onDial('+12025550111', { answers: [hear('message-saved'), hangup()] });
    const dialled = await world.media.dial({ number: '+12025550111' }, options);
    assert.ok(dialled.kind === 'answered');
    await dialled.call.play([prompt('message-saved')], { language });
    const sent = await dialled.call.sendFax(faxTiff(1), ruleFor(dialled.call));
    assert.ok(sent.kind === 'gone' || (sent.kind === 'failed' && sent.pages === 0), sent.kind);
    await dialled.call[Symbol.asyncDispose]();
  },

  'a call that is gone neither sends nor receives': async (world) => {
    const { call } = await world.ring({ steps: [hear('message-saved'), hangup()] });
    await call.answer();
    await call.play([prompt('message-saved'), prompt('greeting-default')], { language });
    assert.deepEqual(await call.receiveFax(ruleFor(call)), { kind: 'gone' });
    assert.deepEqual(await call.sendFax(faxTiff(1), ruleFor(call)), { kind: 'gone' });
    await call[Symbol.asyncDispose]();
  },

  'of a fax that nobody sent nothing is known': async (world) => {
    assert.equal(await world.media.faxSent('fax~nobody~1'), undefined);
  },
};
