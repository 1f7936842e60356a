/** What subscribers change of their mailbox by themselves, on the telephone or elsewhere. */
import { mostMembers } from '../core/directory/check-settings.ts';
import type { E164 } from '../core/ids.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { SettingsChange } from '../core/profile/settings.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { changeSettings } from './change-settings.ts';

export interface SelfServiceDeps {
  readonly store: Pick<Store, 'mailboxes'>;
  readonly clock: Clock;
}

/** Each answers the mailbox as it is after the change. @throws Fault if the store is away, or the mailbox gone. */
export interface SelfService {
  setLanguage(mailbox: Mailbox, language: string): Promise<Mailbox>;
  /** Texts about messages; off is what STOP does. */
  setNotices(mailbox: Mailbox, on: boolean): Promise<Mailbox>;
  setDeliverByCall(mailbox: Mailbox, on: boolean): Promise<Mailbox>;
  /** Adds a number to a list, which comes into being with its first one. */
  addMember(mailbox: Mailbox, list: string, number: E164): Promise<'list-full' | Mailbox>;
  /** A list ends with its last number. */
  removeMember(mailbox: Mailbox, list: string, number: E164): Promise<Mailbox>;
  deleteList(mailbox: Mailbox, list: string): Promise<Mailbox>;
}

export function createSelfService({ store, clock }: SelfServiceDeps): SelfService {
  const { mailboxes } = store;
  const change = async ({ id }: Mailbox, settings: SettingsChange): Promise<Mailbox> =>
    (await changeSettings(mailboxes, id, () => settings)).after;

  return {
    setLanguage: (mailbox, language) => change(mailbox, { language }),
    async setNotices({ id }, on) {
      await mailboxes.stopTexts(id, on ? undefined : clock.now());
      return (await changeSettings(mailboxes, id, () => undefined)).after;
    },
    setDeliverByCall: (mailbox, on) => change(mailbox, { deliverByCall: on }),
    async addMember({ id }, key, number) {
      const { before, after } = await changeSettings(mailboxes, id, ({ settings }) => {
        const list = settings.lists?.[key] ?? { members: [] };
        if (list.members.includes(number) || list.members.length >= mostMembers) return undefined;
        return { lists: { [key]: { ...list, members: [...list.members, number] } } };
      });
      const full = before === after && before.settings.lists?.[key]?.members.includes(number) !== true;
      return full ? 'list-full' : after;
    },
    async removeMember({ id }, key, number) {
      const { after } = await changeSettings(mailboxes, id, ({ settings }) => {
        const list = settings.lists?.[key];
        if (list === undefined || !list.members.includes(number)) return undefined;
        const members = list.members.filter((one) => one !== number);
        return { lists: { [key]: members.length === 0 ? undefined : { ...list, members } } };
      });
      return after;
    },
    deleteList: (mailbox, key) => change(mailbox, { lists: { [key]: undefined } }),
  };
}
