import type { Node } from './nodes.ts';

/** Collections of a node that have anything of a subscriber, but the audit's records and freed numbers. */
export async function left({ store }: Node, ids: readonly string[]): Promise<string[]> {
  const database = store.client.db(store.database);
  const found: string[] = [];
  for (const { name } of await database.listCollections().toArray()) {
    if (name === 'audit' || name === 'freed') continue;
    for (const one of await database.collection(name).find().toArray()) {
      const text = JSON.stringify(one);
      if (ids.some((id) => text.includes(id))) found.push(`${name}: ${text.slice(0, 200)}`);
    }
  }
  return found;
}
