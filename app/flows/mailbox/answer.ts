/** What a subscriber answers to a message: a reply, the message sent on, or a call to its sender. */
import * as menus from '../../core/menu/menus.ts';
import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import { isPlayable } from '../../core/message/heard.ts';
import type { Message } from '../../core/message/message.ts';
import type { PlayItem } from '../../core/prompt/play-item.ts';
import type { Call } from '../../ports/media.ts';
import { connectSender } from '../connect.ts';
import { prompt, say, type FlowDeps } from '../flow.ts';
import { choose } from '../menu.ts';
import { senderDigits } from './about.ts';
import { askRecipients } from './recipients.ts';
import { sendDialogue, type Original } from './send.ts';
import { attempt, openSession, type Session } from './session.ts';

export async function answerDialogue(
  call: Call,
  mailbox: Mailbox,
  message: Message,
  deps: FlowDeps,
): Promise<'done' | 'gone'> {
  const session = openSession(call, mailbox, deps);
  const { language } = session.profile;
  const available = senderDigits(message) === '' ? [] : (['sender-known'] as const);
  let first: readonly PlayItem[] = [];
  for (;;) {
    const action = await choose(call, menus.answer, { language, deps, available, first });
    switch (action) {
      case 'reply': {
        const replied = await reply(session, mailbox, message);
        if (!Array.isArray(replied)) return replied;
        first = replied;
        break;
      }
      case 'send-on':
        return sendOn(session, mailbox, message);
      case 'call-sender':
        await connectSender(call, mailbox, message, language, deps);
        return call.gone.aborted ? 'gone' : 'done';
      case 'up':
        return 'done';
      case 'gone':
      case 'deaf':
        return 'gone';
    }
  }
}

/** Answers what is said where no reply can be left; the menu then offers what else there is. */
async function reply(
  session: Session,
  mailbox: Mailbox,
  message: Message,
): Promise<PlayItem[] | 'done' | 'gone'> {
  const to = await session.deps.sends.recipient(message.envelope.from.number ?? '');
  if (to.kind === 'not-served') return [prompt('reply-no-mailbox')];
  if (to.kind === 'full') return [prompt('recipient-full')];
  return sendDialogue(session, { mailbox, to: [to.number], ask: 'record-own', related: message.id });
}

async function sendOn(session: Session, mailbox: Mailbox, message: Message): Promise<'done' | 'gone'> {
  const { call, deps, profile } = session;
  const { language } = profile;
  if (message.envelope.confidential) {
    await say(call, { language }, prompt('send-confidential'));
    return 'done';
  }
  const original = await attempt(session, () => originalOf(message, deps), message);
  if (original === 'failed') {
    await say(call, { language }, prompt('not-now'));
    return 'done';
  }
  if (original.value === undefined) {
    deps.log.error('a message has lost its parts', { message: message.id });
    await say(call, { language }, prompt('reference-deleted'));
    return 'done';
  }
  const to = await askRecipients(session, mailbox);
  if (to === 'gone') return 'gone';
  if (to.length === 0) {
    await say(call, { language }, prompt('send-cancelled'));
    return 'done';
  }
  return sendDialogue(session, {
    mailbox,
    to,
    ask: 'send-introduction',
    related: message.id,
    original: original.value,
  });
}

async function originalOf(message: Message, deps: FlowDeps): Promise<Original | undefined> {
  const parts = await deps.sends.partsOf(message);
  const sounds = (parts ?? []).flatMap(({ contentType, bytes }, i) => {
    const id = message.envelope.parts[i]?.media ?? '';
    return isPlayable(contentType) ? [{ id, contentType, bytes }] : [];
  });
  const { kind, subject } = message.envelope;
  return parts === undefined ? undefined : { kind, subject, parts, sounds };
}
