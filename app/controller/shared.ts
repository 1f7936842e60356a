import { watchClasses } from '../config.ts';
import { createNumberPlan } from '../core/address/number-plan.ts';
import type { E164 } from '../core/ids.ts';
import type { Message } from '../core/message/message.ts';
import { createArchiving } from '../services/archive.ts';
import { createClasses } from '../services/classes.ts';
import { createConversions } from '../services/conversions.ts';
import { noArchive } from '../services/no-archive.ts';
import { createProfiles } from '../services/profile.ts';
import type { Rooms } from './rooms.ts';

/** What most services need. */
export type Shared = ReturnType<typeof shareable>;

export function shareable(rooms: Rooms) {
  const { config, file, log, clock, random, store, texts, converters } = rooms;
  const plan = createNumberPlan(config.numbers);
  const classes = createClasses({
    store,
    configured: watchClasses(file, config.classes, (error) =>
      log.error('the configuration is wrong; the classes from before hold', { error }),
    ),
    languages: texts.languages,
    plan,
    callable: config.numbers.callable,
    log,
  });
  const profiles = createProfiles(() => classes.current());
  // The configuration's own check has seen to the form and that there is one.
  const access = config.numbers.access[0] as E164;
  const { archive = noArchive, digest } = rooms;
  /** Who writes down what comes back is made later, by what is made here. */
  const told: ((message: Message) => void)[] = [];
  const onBrought = (tell: (message: Message) => void): void => void told.push(tell);
  const archiving = createArchiving({
    store,
    archive,
    digest,
    clock,
    random,
    log,
    onBrought: (message) => told.forEach((tell) => tell(message)),
  });
  const conversions = createConversions({ store, converters, clock, log, archiving });
  return {
    store,
    archiving,
    log,
    clock,
    random,
    texts,
    plan,
    classes,
    profiles,
    access,
    conversions,
    onBrought,
  };
}
