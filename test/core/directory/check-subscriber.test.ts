import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createNumberPlan } from '../../../app/core/address/number-plan.ts';
import { checkSubscriber } from '../../../app/core/directory/check-subscriber.ts';
import { shown } from '../../../app/core/directory/problem.ts';

const plan = createNumberPlan({
  access: ['+12025550199'],
  country: 'US',
  ranges: [{ prefix: '+1202555', class: 'standard' }],
});
const known = { plan, classes: ['standard', 'gold'], languages: ['en', 'es'] };
const codes = (input: Parameters<typeof checkSubscriber>[0]) =>
  checkSubscriber(input, known).map(({ field, code }) => `${field}: ${code}`);
const setting = (settings: unknown) => codes({ settings });

describe('a subscriber that is to be kept', () => {
  it('may be written as people write', () => {
    assert.deepEqual(
      codes({
        number: '(202) 555-0147',
        aliases: ['+34 600 111 222'],
        classOfService: 'gold',
        status: 'active',
        settings: {
          name: 'Zoë',
          language: 'es-MX',
          timeZone: 'America/Argentina/Buenos_Aires',
          addresses: { email: 'a.b+c@d.example', sip: 'zoe@pbx.local:5062', sms: '+34600111222' },
          quietHours: { from: '22:00', to: '07:00' },
          lists: { 1: { members: ['+12025550148'] } },
          notify: [
            { gateway: 'sip', to: 'subscriber' },
            { gateway: 'email', to: 'desk@home.example', attach: 'none' },
          ],
          toll: { rules: [{ allow: true, destination: 'internal' }], dailyCalls: 0 },
          deliverByCall: true,
          greetings: { announcementOnly: true },
        },
      }),
      [],
    );
    assert.deepEqual(setting({ name: null, lists: { 1: null }, addresses: null, language: undefined }), []);
  });

  const wrong: Readonly<Record<string, [Parameters<typeof checkSubscriber>[0], string]>> = {
    'letters for a number': [{ number: 'abc' }, 'number: not-a-number'],
    'a number that is not served': [{ number: '+34600111222' }, 'number: not-served'],
    'the access number': [{ number: '+12025550199' }, 'number: access-number'],
    'the access number as an alias': [{ aliases: ['+12025550199'] }, 'aliases.0: access-number'],
    'the own number as an alias': [
      { number: '+12025550147', aliases: ['2025550147'] },
      'aliases.0: given-twice',
    ],
    'a class that nobody knows': [{ classOfService: 'toString' }, 'classOfService: unknown-class'],
    'a status that nobody knows': [{ status: 'asleep' }, 'status: bad-value'],
    'a text to an address': [
      { settings: { notify: [{ gateway: 'sip', to: 'a@b.example' }] } },
      'settings.notify.0.to: bad-value',
    ],
    'a mail to a number': [
      { settings: { notify: [{ gateway: 'email', to: '+12025550147' }] } },
      'settings.notify.0.to: bad-value',
    ],
    'a blank name': [{ settings: { name: '  ' } }, 'settings.name: bad-text'],
    'a name with a line break': [{ settings: { name: 'a\nb' } }, 'settings.name: bad-text'],
    'a name of 81 characters': [{ settings: { name: 'x'.repeat(81) } }, 'settings.name: bad-text'],
    'a name that is a number': [{ settings: { name: 7 } }, 'settings.name: bad-text'],
    'a language without prompts': [{ settings: { language: 'tlh' } }, 'settings.language: unknown-language'],
    'a path for a language': [{ settings: { language: '../en' } }, 'settings.language: unknown-language'],
    'a zone that is none': [{ settings: { timeZone: 'Mars/X' } }, 'settings.timeZone: unknown-time-zone'],
    'an offset for a zone': [{ settings: { timeZone: '+01:00' } }, 'settings.timeZone: unknown-time-zone'],
    'an address without @': [
      { settings: { addresses: { email: 'x' } } },
      'settings.addresses.email: bad-value',
    ],
    'two addresses in one': [
      { settings: { addresses: { email: 'a@b.cd,c@d.ef' } } },
      'settings.addresses.email: bad-value',
    ],
    'SIP with its scheme': [
      { settings: { addresses: { sip: 'sip:a b@c' } } },
      'settings.addresses.sip: bad-value',
    ],
    'quiet hours of half a range': [
      { settings: { quietHours: { from: '22:00' } } },
      'settings.quietHours.to: missing',
    ],
    'quiet hours of no time': [
      { settings: { quietHours: { from: '24:00', to: '07:00' } } },
      'settings.quietHours.from: bad-value',
    ],
    'a list with key 100': [
      { settings: { lists: { 100: { members: [] } } } },
      'settings.lists.100: bad-value',
    ],
    'a list with key 0': [{ settings: { lists: { 0: { members: [] } } } }, 'settings.lists.0: bad-value'],
    'a list member that is no number': [
      { settings: { lists: { 1: { members: ['5550147'] } } } },
      'settings.lists.1.members.0: not-a-number',
    ],
    'a list of 101': [
      { settings: { lists: { 1: { members: Array.from({ length: 101 }, () => '+12025550148') } } } },
      'settings.lists.1.members: too-many',
    ],
    'a list for a list': [{ settings: { lists: [] } }, 'settings.lists: bad-type'],
    'a rule for nobody': [{ settings: { notify: [{ gateway: 'sip' }] } }, 'settings.notify.0.to: missing'],
    'an event that nobody knows': [
      { settings: { notify: [{ gateway: 'sip', to: 'subscriber', events: ['rain'] }] } },
      'settings.notify.0.events.0: bad-value',
    ],
    'a toll rule for all premium numbers': [
      { settings: { toll: { rules: [{ allow: true, destination: 'premium' }], dailyCalls: 1 } } },
      'settings.toll.rules.0: bad-toll-rule',
    ],
    'a premium-rate number for notices': [
      { settings: { notify: [{ gateway: 'sip', to: '+19005551234' }] } },
      'settings.notify.0.to: not-for-texts',
    ],
    'an access number for texts': [
      { settings: { addresses: { sms: '+12025550199' } } },
      'settings.addresses.sms: not-for-texts',
    ],
    'yes for true': [{ settings: { deliverByCall: 'yes' } }, 'settings.deliverByCall: bad-type'],
    'a field that nobody knows': [{ settings: { colour: 'red' } }, 'settings.colour: unknown-field'],
    'a field of every object': [{ settings: { toString: 'x' } }, 'settings.toString: unknown-field'],
    'text for settings': [{ settings: 'x' }, 'settings: bad-type'],
  };
  for (const [what, [input, expected]] of Object.entries(wrong)) {
    it(`${what} is refused`, () => assert.deepEqual(codes(input), [expected]));
  }

  it('whatever JSON says, it is judged and never throws', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom('lists', 'toll', 'notify', 'greetings', 'quietHours', 'addresses'),
        (value, name) => {
          for (const one of [value, { [name]: value }, { [name]: { 1: value } }, { [name]: [value] }])
            for (const { found, allowed } of checkSubscriber({ settings: one }, known)) {
              assert.ok(found.length <= 61 && allowed !== '');
            }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('what was found is shown short and printable', () => {
    assert.equal(shown('a\u0000b\u001b[31m\u2028'), 'a\u{fffd}b\u{fffd}[31m\u{fffd}');
    assert.equal(shown('x'.repeat(100)), `${'x'.repeat(60)}…`);
    assert.equal(shown({ a: 1 }), '{"a":1}');
    assert.equal(shown(undefined), 'undefined');
  });
});
