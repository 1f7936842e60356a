/** What subscribers change of their mailbox by telephone. */
import * as menus from '../../core/menu/menus.ts';
import type { Condition } from '../../core/menu/menu.ts';
import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import type { PlayItem } from '../../core/prompt/play-item.ts';
import type { PromptName } from '../../core/prompt/prompt-name.ts';
import type { Call } from '../../ports/media.ts';
import { choosePin } from '../choose-pin.ts';
import { prompt, say, type FlowDeps } from '../flow.ts';
import { choose } from '../menu.ts';
import { chooseLanguage } from './choose-language.ts';
import { listsDialogue } from './lists.ts';
import { attempt, openSession, type Session } from './session.ts';

export async function settingsDialogue(
  call: Call,
  mailbox: Mailbox,
  deps: FlowDeps,
): Promise<'done' | 'gone'> {
  let own = mailbox;
  let first: readonly PlayItem[] = [];
  for (;;) {
    // Each time anew: the language may have become another.
    const session = openSession(call, own, deps);
    const { language } = session.profile;
    const available = conditionsOf(own, session);
    const action = await choose(call, menus.settings, { language, deps, available, first });
    first = [];
    switch (action) {
      case 'pin':
        if ((await changePin(session, own)) === 'gone') return 'gone';
        break;
      case 'language':
      case 'lists': {
        const after = await (action === 'lists' ? listsDialogue : chooseLanguage)(session, own);
        if (after === 'gone') return 'gone';
        own = after.mailbox;
        first = after.told;
        break;
      }
      case 'notices-on':
      case 'notices-off':
      case 'calls-on':
      case 'calls-off': {
        const changed = await attempt(session, () => toggles[action].change(own, deps));
        if (changed !== 'failed') own = changed.value;
        first = [prompt(changed === 'failed' ? 'not-now' : toggles[action].said)];
        break;
      }
      case 'up':
        return 'done';
      case 'gone':
      case 'deaf':
        return 'gone';
    }
  }
}

function conditionsOf(own: Mailbox, { profile, deps }: Session): Condition[] {
  return [
    own.textsStopped === undefined ? 'notices-on' : 'notices-off',
    profile.deliverByCall ? 'calls-on' : 'calls-off',
    ...(deps.texts.languages.length > 1 ? (['several-languages'] as const) : []),
  ];
}

async function changePin(session: Session, own: Mailbox): Promise<'done' | 'gone'> {
  const { call, profile, deps } = session;
  const { language } = profile;
  const chosen = await attempt(session, () => choosePin(call, own, language, deps));
  if (chosen === 'failed') await say(call, { language }, prompt('not-now'));
  return chosen !== 'failed' && chosen.value === 'gone' ? 'gone' : 'done';
}

interface Toggle {
  readonly change: (own: Mailbox, deps: FlowDeps) => Promise<Mailbox>;
  readonly said: PromptName;
}

const toggles: Readonly<Record<'notices-on' | 'notices-off' | 'calls-on' | 'calls-off', Toggle>> = {
  'notices-on': {
    change: (own, { selfService }) => selfService.setNotices(own, true),
    said: 'setting-notices-on',
  },
  'notices-off': {
    change: (own, { selfService }) => selfService.setNotices(own, false),
    said: 'setting-notices-off',
  },
  'calls-on': {
    change: (own, { selfService }) => selfService.setDeliverByCall(own, true),
    said: 'setting-calls-on',
  },
  'calls-off': {
    change: (own, { selfService }) => selfService.setDeliverByCall(own, false),
    said: 'setting-calls-off',
  },
};
