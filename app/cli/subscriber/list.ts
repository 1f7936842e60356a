import type { Mailbox } from '../../core/mailbox/mailbox.ts';
import { Failure } from '../failure.ts';
import type { OfficeRun } from '../command.ts';
import { allMailboxes, firstOf } from '../office/pages.ts';

interface ListChoice {
  readonly class?: string;
  readonly status?: string;
  readonly prefix?: string;
  readonly limit?: number;
}

export async function listSubscribers({ office, out }: OfficeRun, choice: ListChoice): Promise<void> {
  const { class: name, status, prefix = '', limit = Infinity } = choice;
  if (name !== undefined && !Object.hasOwn(office.classes.current(), name)) {
    const there = Object.keys(office.classes.current()).join(', ');
    throw new Failure('usage', `--class: found ${name}, allowed: ${there}`);
  }
  const wanted = (one: Mailbox): boolean =>
    (name === undefined || one.classOfService === name) &&
    (status === undefined || one.status === status) &&
    one.number.startsWith(prefix);
  await out.list(
    firstOf(allMailboxes(office.store.mailboxes), limit, wanted),
    [
      { title: 'number' },
      { title: 'name', shrinks: true },
      { title: 'class' },
      { title: 'status' },
      { title: 'language' },
      { title: 'zone' },
      { title: 'aliases' },
    ],
    (one) => [
      one.number,
      one.settings.name,
      one.classOfService,
      one.status,
      office.profile(one).language,
      office.profile(one).timeZone,
      one.aliases.join(' '),
    ],
    subscriberValue,
  );
}

/** For programs; fields keep their names and meaning. */
export function subscriberValue(mailbox: Mailbox): Readonly<Record<string, unknown>> {
  const { id, number, aliases, classOfService, status, origin, created, textsStopped, version } = mailbox;
  const { greetings: _spoken, ...settings } = mailbox.settings;
  return {
    id,
    number,
    aliases,
    class: classOfService,
    status,
    origin,
    created,
    textsStopped,
    version,
    settings,
  };
}
