// A bug on purpose: every seventh message is inserted a second time under other keys.
import { randomUUID } from 'node:crypto';
import { Collection } from 'mongodb';

// eslint-disable-next-line typescript/unbound-method -- called with its own `this` below
const { insertOne } = Collection.prototype;
let n = 0;
Collection.prototype.insertOne = async function planted(document, ...rest) {
  const result = await insertOne.call(this, document, ...rest);
  if (this.collectionName === 'messages' && ++n % 7 === 0) {
    const _id = randomUUID();
    const again = {
      ...document,
      _id,
      origin: `${document.origin}-again`,
      reference: _id.replace(/\D/g, '').slice(0, 10),
    };
    await insertOne.call(this, again);
  }
  return result;
};
