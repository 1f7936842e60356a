import type { MailboxId } from '../core/ids.ts';
import type { Operator, OperatorStore } from '../ports/operators.ts';
import { isSealedText, openText, sealText } from './field.ts';
import type { Sealer } from './sealer.ts';

/** Operators have no mailbox: a key of their own, which is never erased. */
const owner = '*operators' as MailboxId;

/**
 * Operators with the secrets of their authenticators sealed, each bound to its name. One from before encryption is read as it lies there, until
 * it is reset. Whoever lists operators is given the secrets as they lie there: nobody needs them.
 */
export function sealedOperators(operators: OperatorStore, { keyring, keys }: Sealer): OperatorStore {
  const seal = async (name: string, totp: string): Promise<string> =>
    keyring === undefined ? totp : sealText(await keyring.sealing(owner), aboutTotp(name), totp);
  return {
    insert: async (operator) =>
      operators.insert({ ...operator, totp: await seal(operator.name, operator.totp) }),
    /** @throws Fault `key-lost`, `seal-broken`, `key-unavailable` */
    async get(name) {
      const found = await operators.get(name);
      return found && opened(found);
    },
    list: (after, limit) => operators.list(after, limit),
    change: async (name, change) =>
      operators.change(
        name,
        change.totp === undefined ? change : { ...change, totp: await seal(name, change.totp) },
      ),
    rehash: (name, from, to) => operators.rehash(name, from, to),
    useCounter: (name, counter, at) => operators.useCounter(name, counter, at),
    remove: (name) => operators.remove(name),
  };

  async function opened(operator: Operator): Promise<Operator> {
    const { name, totp } = operator;
    return isSealedText(totp) ? { ...operator, totp: await openText(keys, aboutTotp(name), totp) } : operator;
  }
}

function aboutTotp(name: string): string {
  return `totp/${name}`;
}
