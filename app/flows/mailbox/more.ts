/** The menu of what is seldom wanted of a message: speed, the one before, its urgency, the operator. */
import type { Condition } from '../../core/menu/menu.ts';
import { more, type MoreAction } from '../../core/menu/menus.ts';
import { prompt, say } from '../flow.ts';
import { choose } from '../menu.ts';
import { callOperator } from './operator.ts';
import { speeds, type Player } from './player.ts';
import type { Session } from './session.ts';

/** `sound`: the message goes on; `menu`: its menu; `not-now`, `invalid-key`: that is said, and its menu. */
export type Wish =
  | Extract<MoreAction, 'previous' | 'mark-urgent' | 'mark-normal'>
  | 'sound'
  | 'menu'
  | 'not-now'
  | 'invalid-key'
  | 'end';

export async function moreDialogue(
  session: Session,
  player: Player | undefined,
  available: readonly Condition[],
): Promise<Wish> {
  const { call, profile, deps } = session;
  const chosen = await choose(call, more, { language: profile.language, deps, available });
  switch (chosen) {
    case 'gone':
    case 'deaf':
      return 'end';
    case 'slower':
    case 'normal-speed':
    case 'faster':
      return player === undefined ? 'invalid-key' : changeSpeed(session, player, chosen);
    case 'operator':
      return (await callOperator(session)) === 'gone' ? 'end' : 'menu';
    case 'up':
      return 'menu';
    case 'previous':
    case 'mark-urgent':
    case 'mark-normal':
      return chosen;
  }
}

type SpeedAction = Extract<MoreAction, 'slower' | 'normal-speed' | 'faster'>;

/** Goes on at once at the new speed; what is over begins again. */
async function changeSpeed(session: Session, player: Player, how: SpeedAction): Promise<Wish> {
  const { call, profile } = session;
  const at = speeds.indexOf(session.speed);
  const wanted = how === 'normal-speed' ? 1 : speeds[at + (how === 'slower' ? -1 : 1)];
  if (wanted === undefined) await say(call, profile, prompt('speed-limit'));
  else if (await player.changeSpeed(session, wanted)) await say(call, profile, prompt(said[how]));
  else return 'not-now';
  if (player.over) player.rewind();
  return 'sound';
}

const said = {
  slower: 'speed-slower',
  'normal-speed': 'speed-normal',
  faster: 'speed-faster',
} as const;
