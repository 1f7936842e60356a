import assert from 'node:assert/strict';
import { serializerCompiler } from 'fastify-type-provider-zod';
import {
  array,
  assert as check,
  boolean,
  constantFrom,
  nat,
  option,
  property,
  record,
  string,
} from 'fast-check';
import { itemOf } from '../../../../app/core/message/item.ts';
import { quickAnswers } from '../../../../app/gateways/web/api/quick-answers.ts';
import { messageListRoutes } from '../../../../app/gateways/web/api/routes/message-list.ts';
import { messageItem, messageList } from '../../../../app/gateways/web/api/schema/message.ts';
import { sampleMessage } from '../../../storage/sample.ts';
import { briefOf } from '../../../../app/core/message/brief.ts';

describe('the API: answers that are written quickly', () => {
  const routes = messageListRoutes({} as never);
  const of = { method: 'GET', url: '/', httpStatus: '200', schema: messageList } as never;
  const quick = quickAnswers(routes)(of);
  const judged = serializerCompiler(of);
  const item = itemOf(briefOf(sampleMessage()));
  const text = string({ unit: 'binary', maxLength: 30 });
  const some = record(
    {
      from: record({ number: text, name: text, private: boolean() }, { requiredKeys: ['private'] }),
      subject: text,
      preview: text,
      durationMs: nat(),
      pages: nat(100),
      urgent: boolean(),
      state: constantFrom('new', 'heard', 'saved', 'deleted'),
      version: nat(),
    },
    { requiredKeys: [] },
  );

  it('say the same as those that are judged first, whatever people write', () => {
    assert.equal(messageItem.safeParse(item).success, true);
    check(
      property(array(some, { maxLength: 5 }), option(nat(), { nil: undefined }), (changes, total) => {
        const items = changes.map((change) => ({ ...item, ...change }));
        const answer = { items, ...(total === undefined ? {} : { total }), next: 'next' };
        assert.deepEqual(JSON.parse(quick(answer)), JSON.parse(judged(answer)));
      }),
    );
  });

  it('leave out what the schema does not name, and refuse what has not all that it wants', () => {
    const said = quick({ items: [{ ...item, reference: '1234567890' }], secret: 1 });
    assert.deepEqual(JSON.parse(said), { items: [item] });
    const { id: _, ...nameless } = item;
    assert.throws(() => quick({ items: [nameless] }), /required/);
  });

  it('first words are cut between characters, and blanks are one', () => {
    const { preview } = itemOf({ ...briefOf(sampleMessage()), transcript: ` a \n b ${'🙂'.repeat(300)}` });
    assert.equal(Array.from(preview ?? '').length, 200);
    assert.ok(preview?.startsWith('a b 🙂') && preview.endsWith('🙂…'), preview);
    assert.equal(itemOf({ ...briefOf(sampleMessage()), transcript: ' \n' }).preview, undefined);
  });
});
