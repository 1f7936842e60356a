/** What can be done with a message. */
import type { Message } from '../api/messages.ts';
import { callAbout, partAddress } from '../api/messages.ts';
import { markUrgent, moveTo } from '../state/changes.ts';
import { complain, say } from '../state/toasts.ts';
import { spaced } from '../words/times.ts';
import { words } from '../words/words.ts';
import { Button, IconButton } from './button.tsx';
import { Icon } from './icon.tsx';

export type Composing = 'reply' | 'forward' | undefined;

interface ActionsProps {
  readonly message: Message;
  /** Whoever came by a link saves and deletes, and no more. */
  readonly isGuest: boolean;
  readonly composing: Composing;
  readonly onCompose: (what: Composing) => void;
}

export function Actions({ message, isGuest, composing, onCompose }: ActionsProps) {
  const { message: said } = words.value;
  const { canReply, canCall, kind, confidential } = message;
  return (
    <div class="actions" role="group" aria-label={said.actions}>
      {isGuest ? null : (
        <>
          {canReply ? (
            <Button
              icon="reply"
              look="main"
              pressed={composing === 'reply'}
              onClick={() => onCompose(composing === 'reply' ? undefined : 'reply')}
            >
              {said.reply}
            </Button>
          ) : null}
          {confidential ? null : (
            <Button
              icon="forward"
              pressed={composing === 'forward'}
              onClick={() => onCompose(composing === 'forward' ? undefined : 'forward')}
            >
              {said.forward}
            </Button>
          )}
          {canCall ? (
            <Button icon="phone" onClick={() => void call(message, 'sender')}>
              {said.callSender}
            </Button>
          ) : null}
          {kind === 'voice' || kind === 'video' ? (
            <Button icon="phone" onClick={() => void call(message, 'play')}>
              {said.callPlay}
            </Button>
          ) : null}
        </>
      )}
    </div>
  );
}

/** The same as pictures, at the upper edge. */
export function HeadActions({ message, isGuest }: Pick<ActionsProps, 'message' | 'isGuest'>) {
  const { message: said } = words.value;
  const { state, urgent, id } = message;
  return (
    <div class="head-actions" role="toolbar" aria-label={said.actions}>
      {state === 'deleted' ? (
        <IconButton icon="undo" label={said.restore} onClick={() => void moveTo(message, 'heard')} />
      ) : (
        <>
          {state === 'saved' ? (
            <IconButton
              icon="saved"
              label={said.unsave}
              look="on"
              onClick={() => void moveTo(message, 'heard')}
            />
          ) : (
            <IconButton icon="saved" label={said.save} onClick={() => void moveTo(message, 'saved')} />
          )}
          {isGuest ? null : (
            <>
              <IconButton icon="new" label={said.markNew} onClick={() => void moveTo(message, 'new')} />
              <IconButton
                icon="urgent"
                look={urgent ? 'on urgent' : ''}
                label={urgent ? said.notUrgent : said.urgent}
                onClick={() => void markUrgent(message, !urgent)}
              />
            </>
          )}
          {message.parts.length === 0 ? null : (
            <a
              class="icon-button"
              href={partAddress(id, 0, { download: true })}
              download
              aria-label={said.download}
              title={said.download}
            >
              <Icon name="download" />
            </a>
          )}
          <IconButton icon="trash" label={said.delete} onClick={() => void moveTo(message, 'deleted')} />
        </>
      )}
    </div>
  );
}

async function call(message: Message, what: 'play' | 'sender'): Promise<void> {
  const answer = await callAbout(message.id, what, crypto.randomUUID());
  if (answer.ok) say(words.value.message.calling(spaced(answer.value.to)));
  else complain(answer.trouble);
}
