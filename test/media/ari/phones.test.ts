import assert from 'node:assert/strict';
import { identifyCaller } from '../../../app/core/address/identify-caller.ts';
import type { E164 } from '../../../app/core/ids.ts';
import { Phones } from '../../../app/media/ari/phones.ts';
import { AriError, AriTimeout } from '../../../app/media/ari/wire/errors.ts';
import { openPhone } from '../../phone/phone.ts';
import { silentLog } from '../../ports/silent-log.ts';
import { next, nextCall, openLab } from './lab.ts';
import type { Lab } from './lab.ts';

const numbers: Readonly<Record<string, readonly { attribute: string; value: string }[]>> = {
  anna: [{ attribute: 'AB_NUMBER', value: '+12025550111' }],
  label: [{ attribute: 'callerid', value: 'Desk <+12025550112>' }],
};

describe('phones of the switch', () => {
  it('a caller ID alone tells whose phone it is, but vouches for nothing', async () => {
    const phones = new Phones(switchOf(['anna', 'label', 'trunk', 'other']), ['trunk'], silentLog);
    await phones.refresh();
    assert.deepEqual([phones.numberOf('anna'), phones.isRegistered('anna')], ['+12025550111', true]);
    assert.deepEqual([phones.numberOf('label'), phones.isRegistered('label')], ['+12025550112', false]);
    assert.deepEqual([phones.numberOf('other'), phones.isRegistered('other')], [undefined, false]);
  });

  it('a switch that does not answer in time takes nothing of what was known', async () => {
    let late = false;
    const answers = switchOf(['anna']);
    const get = async (uri: string) => {
      if (late && uri.includes('dynamic')) throw new AriTimeout('GET', uri, 5000);
      return answers(uri);
    };
    const phones = new Phones(get, [], silentLog);
    await phones.refresh();
    late = true;
    await assert.rejects(phones.refresh(), AriTimeout);
    assert.equal(phones.numberOf('anna'), '+12025550111');
    assert.equal((await phones.find('12025550111'))?.endpoint, 'anna');
  });

  it('thousands of them are asked for a few at a time, once for all who want to know', async () => {
    const names = Array.from({ length: 2000 }, (_, i) => `phone${i}`);
    const answers = switchOf(names);
    let [under, most, all] = [0, 0, 0];
    const get = async (uri: string) => {
      most = Math.max(most, ++under);
      all += 1;
      await new Promise(setImmediate);
      under -= 1;
      return answers(uri);
    };
    const phones = new Phones(get, [], silentLog);
    await Promise.all([phones.refresh(), phones.refresh(), phones.find('1')]);
    assert.ok(most <= 8, `${most} at once`);
    assert.equal(all, 2001);
  });
});

describe('a subscriber on their own phone', function () {
  this.timeout(40_000);
  let lab: Lab;
  before(async () => (lab = await openLab({ phones: true })));
  after(async () => lab?.[Symbol.asyncDispose]());

  const anna = () =>
    openPhone({
      server: { host: lab.asterisk.sipHost, port: lab.asterisk.sipPort },
      number: 'anna',
      password: 'secret',
    });
  const parse = (raw: string | undefined) => raw as E164 | undefined;

  it('is believed by the password, not by what the phone says', async () => {
    await using media = await lab.media();
    await using phone = await anna();
    assert.equal(await phone.register(), 200);
    const calling = await phone.call('+12025550199', {
      fromName: 'Anna',
      headers: ['P-Asserted-Identity: <sip:+12025550100@x>'],
    });
    const call = await nextCall(media);
    assert.equal(call.facts.trunk, 'anna');
    assert.equal(call.facts.registered, true);
    const caller = identifyCaller(call.facts, parse, { trusted: false });
    assert.deepEqual(caller, { number: '+12025550111', name: 'Anna', private: false, trusted: true });
    await call.hangup();
    await calling.ended();
  });

  it('a call over a trunk is never taken for a phone', async () => {
    await using media = await lab.media();
    for (const headers of [[], ['AB_NUMBER: +12025550111', 'P-Attestation-Indicator: A|%2B12025550111']]) {
      const calling = await lab.phone.call('+12025550199', { fromName: 'x|y', headers });
      const call = await nextCall(media);
      assert.equal(call.facts.registered, undefined);
      assert.equal(identifyCaller(call.facts, parse, { trusted: false }).trusted, false);
      await call.hangup();
      await calling.ended();
    }
  });

  it('the first text after a restart of the controller is known as theirs; one over the trunk is not', async () => {
    await (await lab.media())[Symbol.asyncDispose]();
    await using media = await lab.media();
    await using phone = await anna();
    assert.ok((await phone.text('+12025550199', '1')) < 300);
    const own = await next((signal) => media.texts(signal));
    assert.deepEqual([own.from, own.registered], ['+12025550111', true]);
    await lab.phone.text('+12025550199', '1', { fromUser: '+12025550111' });
    const other = await next((signal) => media.texts(signal));
    assert.deepEqual([other.trunk, other.registered], ['trunk', undefined]);
  });
});

/** Answers as Asterisk would. */
function switchOf(names: readonly string[]) {
  return (uri: string): Promise<unknown> => {
    if (uri === 'endpoints/PJSIP') {
      return Promise.resolve(names.map((resource) => ({ resource, state: 'online' })));
    }
    const name = uri.split('/').at(-1) ?? '';
    if (uri.startsWith('endpoints/')) return Promise.resolve({ resource: name, state: 'online' });
    const fields = numbers[name];
    return fields === undefined
      ? Promise.reject(new AriError('GET', uri, 404, 'Not Found'))
      : Promise.resolve(fields);
  };
}
