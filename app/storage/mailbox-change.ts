import { Fault } from '../core/errors.ts';
import type { MailboxChange } from '../ports/store.ts';

/** Settings whose parts change one by one. */
const parted: ReadonlySet<string> = new Set(['addresses', 'greetings', 'lists']);

/**
 * The update of a mailbox's own fields: each part of the settings by its own path, so that two changes at once do not undo
 * each other.
 * @throws Fault `invalid` if a name of a part would be a path of its own
 */
export function changeUpdate(change: MailboxChange) {
  const { settings = {}, ...own } = change;
  const set: Record<string, unknown> = {};
  const unset: Record<string, ''> = {};
  const put = (path: string, value: unknown): void => {
    if (value === undefined || value === null) unset[path] = '';
    else set[path] = value;
  };
  for (const [name, value] of Object.entries(own)) if (value !== undefined) set[name] = value;
  for (const [name, value] of Object.entries(settings)) {
    if (!parted.has(name) || value === undefined || value === null) {
      put(`settings.${plain(name)}`, value);
      continue;
    }
    for (const [part, one] of Object.entries(value)) put(`settings.${name}.${plain(part)}`, one);
  }
  return {
    ...(Object.keys(set).length === 0 ? {} : { $set: set }),
    ...(Object.keys(unset).length === 0 ? {} : { $unset: unset }),
    $inc: { version: 1 },
  };
}

function plain(name: string): string {
  if (/^[A-Za-z0-9]{1,32}$/.test(name)) return name;
  throw new Fault('invalid', 'Store: the name of a setting is no plain word', { temporary: false });
}
