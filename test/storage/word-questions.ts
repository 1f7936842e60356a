/** What is asked and written of the words of messages. */
import type { MailboxId, MessageId } from '../../app/core/ids.ts';
import type { Store } from '../../app/ports/store.ts';

export const wordQuestions: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  'messages.envelopeXml': (store) => store.messages.envelopeXml('none' as MessageId),
  'messages.setTranscript': (store) => store.messages.setTranscript('none' as MessageId, 'one more word'),
  'messages.withoutWords': (store) => store.messages.withoutWords('box-1' as MailboxId, 100),
  'messages.addWords': (store) => store.messages.addWords('none' as MessageId, ['word']),
  'messages.addWords of none': (store) => store.messages.addWords('none' as MessageId, []),
};
