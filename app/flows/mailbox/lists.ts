/** The subscriber's distribution lists: one comes into being with its first number and ends with its last. */
import * as menus from '../../core/menu/menus.ts';
import type { E164 } from '../../core/ids.ts';
import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import type { PlayItem } from '../../core/prompt/play-item.ts';
import { prompt } from '../flow.ts';
import { choose } from '../menu.ts';
import { askNumber } from './ask-number.ts';
import type { Chosen } from './choose-language.ts';
import { listKey, whoIs } from './recipients.ts';
import { attempt, type Session } from './session.ts';

/** Asks which list, then for what is to be done with it. */
export async function listsDialogue(session: Session, mailbox: Mailbox): Promise<Chosen | 'gone'> {
  const typed = await askNumber(session, prompt('list-enter'));
  if (typed === 'gone') return 'gone';
  const key = listKey(typed.keys);
  if (typed.keys === '*' || key === '') return { mailbox, told: [] };
  if (!/^[1-9]\d?$/.test(key)) return { mailbox, told: [prompt('list-unknown')] };
  return listDialogue(session, mailbox, key);
}

async function listDialogue(session: Session, mailbox: Mailbox, key: string): Promise<Chosen | 'gone'> {
  const { call, profile, deps } = session;
  const { language } = profile;
  let own = mailbox;
  let first: readonly PlayItem[] = size(membersOf(own, key));
  for (;;) {
    const members = membersOf(own, key);
    const available = members.length === 0 ? [] : (['has-members'] as const);
    const action = await choose(call, menus.list, { language, deps, available, first });
    switch (action) {
      case 'hear':
        first = [...size(members), ...(await Promise.all(members.map((one) => whoIs(one, deps))))];
        break;
      case 'add':
      case 'remove': {
        const typed = await askNumber(session, prompt(action === 'add' ? 'list-add' : 'list-remove'));
        if (typed === 'gone') return 'gone';
        const change = action === 'add' ? add : remove;
        ({ mailbox: own, told: first } = await change(session, own, key, typed.keys));
        break;
      }
      case 'delete': {
        const changed = await attempt(session, () => deps.selfService.deleteList(own, key));
        if (changed === 'failed') first = [prompt('not-now')];
        else return { mailbox: changed.value, told: [prompt('list-deleted')] };
        break;
      }
      case 'up':
        return { mailbox: own, told: [] };
      case 'gone':
      case 'deaf':
        return 'gone';
    }
  }
}

function membersOf({ settings }: Mailbox, key: string): readonly E164[] {
  return settings.lists?.[key]?.members ?? [];
}

function size(members: readonly E164[]): PlayItem[] {
  if (members.length === 0) return [prompt('list-empty')];
  return [prompt('list-has'), { kind: 'count', value: members.length, noun: 'number' }];
}

/** Only numbers that have a mailbox here, or would have one: others would make every sending fail in part. */
async function add(session: Session, own: Mailbox, key: string, keys: string): Promise<Chosen> {
  const { deps } = session;
  if (keys === '' || keys === '*') return { mailbox: own, told: [] };
  const recipient = await deps.sends.recipient(keys);
  if (recipient.kind === 'not-served') return { mailbox: own, told: [prompt('recipient-not-served')] };
  const { number } = recipient;
  const changed = await attempt(session, () => deps.selfService.addMember(own, key, number));
  if (changed === 'failed') return { mailbox: own, told: [prompt('not-now')] };
  if (changed.value === 'list-full') return { mailbox: own, told: [prompt('list-full')] };
  return { mailbox: changed.value, told: [await whoIs(number, deps), prompt('list-added')] };
}

async function remove(session: Session, own: Mailbox, key: string, keys: string): Promise<Chosen> {
  const { deps } = session;
  if (keys === '' || keys === '*') return { mailbox: own, told: [] };
  const number = deps.plan.parse(keys);
  if (number === undefined || !membersOf(own, key).includes(number)) {
    return { mailbox: own, told: [prompt('list-not-there')] };
  }
  const changed = await attempt(session, () => deps.selfService.removeMember(own, key, number));
  if (changed === 'failed') return { mailbox: own, told: [prompt('not-now')] };
  return { mailbox: changed.value, told: [await whoIs(number, deps), prompt('list-removed')] };
}
