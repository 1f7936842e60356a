// A bug on purpose: every fifth message is inserted without its step `notify`.
import { Collection } from 'mongodb';

// eslint-disable-next-line typescript/unbound-method -- called with its own `this` below
const { insertOne } = Collection.prototype;
let n = 0;
Collection.prototype.insertOne = function planted(document, ...rest) {
  if (this.collectionName === 'messages' && ++n % 5 === 0)
    document.pending = document.pending.filter(({ kind }) => kind !== 'notify');
  return insertOne.call(this, document, ...rest);
};
