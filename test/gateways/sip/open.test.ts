import assert from 'node:assert/strict';
import { Fault } from '../../../app/core/errors.ts';
import { openSipGateway } from '../../../app/gateways/sip/open.ts';
import { openScriptedMedia } from '../../../app/media/scripted/open.ts';

const text = { id: '01890000-0000-7000-8000-000000000001', to: '+12025550123', body: 'Voice message' };
const from = '+12025550199';

describe('texts over SIP', () => {
  it('go through the switch from the access number, so that replies reach it', async () => {
    await using media = openScriptedMedia();
    const gateway = openSipGateway({ from }, { media });
    assert.deepEqual(await gateway.send(text), {});
    assert.deepEqual(media.sent, [{ ...text, from }]);
  });

  it('take the trunk that is asked for', async () => {
    await using media = openScriptedMedia();
    await openSipGateway({ from, trunk: 'mobile' }, { media }).send({ ...text, firstTried: new Date() });
    assert.deepEqual(media.sent, [{ ...text, from, trunk: 'mobile' }]);
  });

  it('a recipient who is away is tried again later', async () => {
    const away = new Fault('media-unavailable', 'not registered', { temporary: true });
    await using media = openScriptedMedia({ onText: () => Promise.reject(away) });
    await assert.rejects(openSipGateway({ from }, { media }).send(text), away);
    assert.deepEqual(media.sent, []);
  });

  it('leaves the switch open when it closes', async () => {
    await using media = openScriptedMedia();
    await openSipGateway({ from }, { media })[Symbol.asyncDispose]();
    assert.equal(media.healthy, true);
  });
});
