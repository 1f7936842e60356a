/** Whether what a subscriber or an operator wants to set can be kept. */
import type { NumberPlan } from '../address/number-plan.ts';
import { isTimeZone } from '../time/is-time-zone.ts';
import { tollProblems } from '../toll/check-toll-table.ts';
import { addressPattern, isAddress } from '../mail/address.ts';
import { hookNameOf, isHookTarget } from '../notification/hook.ts';
import {
  attachments,
  gatewayNames,
  messageKinds,
  notificationEvents,
  type NotificationRule,
} from '../profile/class-of-service.ts';
import { destinations, type TollTable } from '../profile/toll-table.ts';
import {
  check,
  entries,
  fields,
  isRecord,
  listOf,
  matching,
  oneOf,
  text,
  trueOrFalse,
  whole,
  type Check,
} from './check.ts';
import { problem } from './problem.ts';

/** What is allowed on this system at this moment. */
export interface Known {
  readonly plan: Pick<NumberPlan, 'parse' | 'classOf' | 'isAccess' | 'country'>;
  readonly classes: readonly string[];
  /** BCP 47 tags. */
  readonly languages: readonly string[];
}

/** Most numbers of one distribution list. */
export const mostMembers = 100;
const mostRules = 20;
export const longestName = 80;

export const e164: Check = matching(
  /^\+[1-9]\d{6,14}$/,
  'a number in E.164 form, as +12025550123',
  'not-a-number',
);
const anAddress = 'an e-mail address';
const timeOfDay = matching(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day, as 22:00');

export const timeZone: Check = check(
  (value) => typeof value === 'string' && isTimeZone(value),
  'unknown-time-zone',
  'an IANA zone, as Europe/Madrid',
);
export const quietHours: Check = fields({ from: timeOfDay, to: timeOfDay }, ['from', 'to']);
const numberOrAddress: Check = (value, field) =>
  typeof value === 'string' && (isAddress(value) || isHookTarget(value)) ? [] : e164(value, field);
const rules: Check = listOf(
  fields(
    {
      gateway: oneOf(...gatewayNames),
      to: (value, field) => (value === 'subscriber' ? [] : numberOrAddress(value, field)),
      events: listOf(oneOf(...notificationEvents), notificationEvents.length),
      kinds: listOf(oneOf(...messageKinds), messageKinds.length),
      attach: oneOf(...attachments),
    },
    ['gateway', 'to'],
  ),
  mostRules,
);

/** A mail goes to an address, a text to a number, and what is for a program to its own address. */
export const notify: Check = (value, field) => {
  const wrong = rules(value, field);
  if (wrong.length > 0 || !Array.isArray(value)) return wrong;
  return value.flatMap(({ gateway, to }: NotificationRule, i) =>
    fits(gateway, to)
      ? []
      : [problem(`${field}.${i}.to`, 'bad-value', to, forms[gateway] ?? 'a number in E.164 form')],
  );
};

const forms: Partial<Record<NotificationRule['gateway'], string>> = {
  email: anAddress,
  webhook: 'an https:// address, or hook: and the name of a hook',
};

function fits(gateway: NotificationRule['gateway'], to: string): boolean {
  if (gateway === 'webhook') return isHookTarget(to);
  return to === 'subscriber' || (!isHookTarget(to) && isAddress(to) === (gateway === 'email'));
}

/** The same of a subscriber: the operator's own hooks are not theirs to write to. */
const ownNotify: Check = (value, field) => {
  const wrong = notify(value, field);
  if (wrong.length > 0 || !Array.isArray(value)) return wrong;
  return value.flatMap(({ to }: NotificationRule, i) =>
    hookNameOf(to) === undefined ? [] : [problem(`${field}.${i}.to`, 'bad-value', to, 'an https:// address')],
  );
};

const tollForm = fields(
  {
    rules: listOf(
      fields(
        {
          allow: trueOrFalse,
          prefix: text(16),
          destination: oneOf(...destinations),
        },
        ['allow'],
      ),
      1000,
    ),
    dailyCalls: whole(0, 100_000),
  },
  ['rules', 'dailyCalls'],
);

/** Its form, then what contradicts itself. */
export const toll: Check = (value, field) => {
  const wrong = tollForm(value, field);
  if (wrong.length > 0) return wrong;
  return tollProblems(value as TollTable).map(({ rule, what }) =>
    problem(
      rule === undefined ? field : `${field}.rules.${rule}`,
      'bad-toll-rule',
      what,
      'rules with a prefix, a destination or both, that do not contradict each other',
    ),
  );
};

const lists: Check = entries(
  matching(/^[1-9]\d?$/, 'a key of 1 to 99'),
  fields({ name: text(longestName), members: listOf(e164, mostMembers) }, ['members']),
);
const addresses = fields({
  sip: matching(/^[^\s@<>"]{1,64}@[A-Za-z0-9.:[\]-]{1,190}$/, 'user@host, without sip:'),
  email: matching(addressPattern, anAddress),
  sms: e164,
});
const recorded = check(
  (value) => isRecord(value) && typeof value['media'] === 'string',
  'bad-type',
  'a recording',
);
const greetings = fields({
  name: recorded,
  unavailable: recorded,
  busy: recorded,
  temporary: recorded,
  announcementOnly: trueOrFalse,
});

/** A language is known if its own tag or the language that it is a region of is. */
export function language(known: Pick<Known, 'languages'>): Check {
  const tags = new Set(known.languages.map((tag) => tag.toLowerCase()));
  return check(
    (value) =>
      typeof value === 'string' &&
      /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/.test(value) &&
      (tags.has(value.toLowerCase()) || tags.has(value.toLowerCase().split('-')[0] ?? '')),
    'unknown-language',
    known.languages.join(', '),
  );
}

/** By the languages that they allow: an import asks for the same again and again. */
const made = new WeakMap<readonly string[], Check>();

/** Checks a `SettingsChange`: what is `null` or `undefined` is to be removed. */
export function settings({ languages }: Pick<Known, 'languages'>): Check {
  const before = made.get(languages);
  if (before !== undefined) return before;
  const checked = fields({
    name: text(longestName),
    language: language({ languages }),
    timeZone,
    addresses,
    notify: ownNotify,
    quietHours,
    greetings,
    lists,
    toll,
    deliverByCall: trueOrFalse,
  });
  made.set(languages, checked);
  return checked;
}
