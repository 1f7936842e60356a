/** Seals what is in the store already: what never was, and what goes to another mailbox with another key. */
import { Fault } from '../core/errors.ts';
import type { MailboxId, MediaId, MessageId } from '../core/ids.ts';
import { mediaOf } from '../core/message/kept.ts';
import type { Message } from '../core/message/message.ts';
import type { Store } from '../ports/store.ts';
import { isSealed, keyOf, openBlob, sealBlob } from './blob.ts';
import { lost } from './faults.ts';
import type { OpenKey } from './keyring.ts';
import { sealMessage } from './message.ts';
import { aboutMedia } from './sealed-media.ts';
import type { Sealer } from './sealer.ts';

/** Others may change a message meanwhile. */
const tries = 8;

export interface Reseal {
  /** Seals a message that is not; answers it sealed, `undefined` if it is gone. */
  message(id: MessageId): Promise<Message | undefined>;
  /** As `MessageStore.move`. @throws Fault `invalid` for one that lies in the archive; `key-lost`, `seal-broken` */
  move(id: MessageId, from: MailboxId, to: MailboxId): Promise<boolean>;
  /** Seals a medium with the key of a mailbox; answers whether that changed anything. */
  media(id: MediaId, owner: MailboxId): Promise<boolean>;
}

/** @param store as it is, not sealed */
export function createReseal(store: Pick<Store, 'messages' | 'media' | 'resealing'>, sealer: Sealer): Reseal {
  const keyFor = (mailbox: MailboxId): Promise<OpenKey> => {
    if (sealer.keyring === undefined) throw lost('no encryption is configured');
    return sealer.keyring.sealing(mailbox);
  };

  const media: Reseal['media'] = async (id, owner) => {
    const key = await keyFor(owner);
    const found = await store.media.get(id);
    if (found === undefined || (isSealed(found.bytes) && keyOf(found.bytes) === key.id)) return false;
    const plain = await openBlob(sealer.keys, aboutMedia(id), found.bytes);
    return store.resealing.replaceMedia(id, await sealBlob(key, aboutMedia(id), plain));
  };

  /** In the mailbox `to` from then on. */
  const rewrite = async (message: Message, to: MailboxId): Promise<boolean> => {
    const key = await keyFor(to);
    const open = await sealer.open(message);
    if (open.unreadable) throw lost('the message cannot be opened');
    for (const id of mediaOf(message)) await media(id, to);
    const sealed = sealMessage(key, { ...open, mailbox: to });
    return store.resealing.rewrite(sealed.message, sealed.words, message.mailbox);
  };

  return {
    media,
    async message(id) {
      for (let n = 0; n < tries; n += 1) {
        const message = await store.messages.get(id);
        if (message === undefined || message.sealed !== undefined) return message;
        await rewrite(message, message.mailbox);
      }
      throw changing();
    },
    async move(id, from, to) {
      for (let n = 0; n < tries; n += 1) {
        const message = await store.messages.get(id);
        if (message?.mailbox !== from) return false;
        if (message.tier === 'archived') throw archived();
        if (await rewrite(message, to)) return true;
      }
      throw changing();
    },
  };
}

function changing(): Fault {
  return new Fault('store-unavailable', 'Sealing: the message is changed all the time', { temporary: true });
}

function archived(): Fault {
  const text = 'A message in the archive is sealed for its mailbox. Read it first: that brings it back.';
  return new Fault('invalid', `Sealing: ${text}`, { temporary: false, publicText: text });
}
