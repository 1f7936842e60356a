/** Finds the profile that holds for a mailbox or number now: classes may change while calls go on. */
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { ClassOfService } from '../core/profile/class-of-service.ts';
import { withSettings } from '../core/profile/with-settings.ts';

export interface Profiles {
  /** The class as configured at this moment; the first class stands in for one that was removed. */
  classOfService(name: string): ClassOfService;
  /** What holds for a mailbox: its class, and over it what its subscriber has chosen. */
  of(mailbox: Pick<Mailbox, 'classOfService' | 'settings'>): ClassOfService;
}

/** @param current answers the classes as they are configured now; at least one. */
export function createProfiles(
  current: () => Readonly<Record<string, Omit<ClassOfService, 'name'>>>,
): Profiles {
  const classOfService = (name: string): ClassOfService => {
    const classes = current();
    const key = Object.hasOwn(classes, name) ? name : (Object.keys(classes)[0] ?? name);
    const found = classes[key];
    if (found === undefined) throw new RangeError('No class of service is configured');
    return { ...found, name: key };
  };
  return {
    classOfService,
    of: (mailbox) => withSettings(classOfService(mailbox.classOfService), mailbox.settings),
  };
}
