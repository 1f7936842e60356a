/**
 * Classes of service: those of the configuration file, and over them those of the same name in the store. The process has a
 * copy of the latter, so that a call never waits for them: its own changes are in it at once, those of other controllers
 * within `lookMs`. A store that is away leaves the copy as it is.
 */
import type { FactsPlan } from '../core/address/number-facts.ts';
import { classOfService } from '../core/directory/check-class.ts';
import { checkClassNumbers } from '../core/directory/check-class-numbers.ts';
import type { Problem } from '../core/directory/problem.ts';
import type { ClassOfService } from '../core/profile/class-of-service.ts';
import type { Log } from '../ports/log.ts';
import type { ClassSet, ClassStore } from '../ports/classes.ts';

/** How often a controller looks for changes of others, in milliseconds: one read of one small document. */
const lookMs = 1_000;

type Configured = Readonly<Record<string, Omit<ClassOfService, 'name'>>>;

export interface ClassesDeps {
  readonly store: { readonly classes: ClassStore };
  /** The classes of the configuration file at this moment. */
  readonly configured: () => Configured;
  /** Languages that a class may have; BCP 47. */
  readonly languages: readonly string[];
  readonly plan: FactsPlan;
  /** Prefixes that all may call where no toll rule says anything. */
  readonly callable: readonly string[];
  readonly log: Log;
}

export type PutClass =
  | { readonly kind: 'kept'; readonly version: number }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }
  | { readonly kind: 'other-version' };

export interface ListedClass {
  readonly profile: ClassOfService;
  /** Where it comes from; one in the store hides one of the same name in the file. */
  readonly source: 'file' | 'store';
}

export interface Classes {
  /** All, by name; the first stands in for those that are gone. */
  current(): Configured;
  /** What there is, as the store has it now. */
  list(): Promise<{ readonly classes: readonly ListedClass[]; readonly version: number }>;
  /** Makes or replaces a class in the store: it holds for the next call. @param version of the list that it was made from */
  put(profile: ClassOfService, version?: number): Promise<PutClass>;
  /** Removes a class from the store; one of the same name in the file holds again. */
  remove(name: string, version?: number): Promise<Exclude<PutClass, { kind: 'invalid' }>>;
  /** Reads what others have changed. @throws Fault if the store is away */
  refresh(): Promise<void>;
  /** Reads changes until the signal. Never rejects. */
  follow(signal: AbortSignal): Promise<void>;
}

export function createClasses(deps: ClassesDeps): Classes {
  const { store, configured, log } = deps;
  let copy: ClassSet = { version: 0, classes: {} };
  /** The file's classes and the copy that `merged` was made of. */
  let made: { readonly of: readonly unknown[]; readonly merged: Configured } | undefined;
  const known = () => ({ languages: deps.languages });

  const current = (): Configured => {
    const file = configured();
    if (made?.of[0] !== file || made.of[1] !== copy) {
      made = { of: [file, copy], merged: { ...file, ...copy.classes } };
    }
    return made.merged;
  };
  let read = false;
  const refresh = async (): Promise<void> => {
    const found = await store.classes.all(read ? copy.version : undefined);
    // An answer may have been under way while a newer one came in.
    if (found !== undefined && (!read || found.version > copy.version)) copy = found;
    read = true;
  };
  const changed = async (version: number | undefined) => {
    if (version === undefined) return { kind: 'other-version' } as const;
    await refresh();
    return { kind: 'kept', version } as const;
  };
  return {
    current,
    refresh,
    async list() {
      await refresh();
      const classes = Object.entries(current()).map(([name, one]) => ({
        profile: { ...one, name },
        source: Object.hasOwn(copy.classes, name) ? ('store' as const) : ('file' as const),
      }));
      return { classes, version: copy.version };
    },
    async put(profile, version) {
      const wrong = classOfService(known())(profile, '');
      const problems = wrong.length > 0 ? wrong : checkClassNumbers(profile, deps.plan, deps.callable);
      if (problems.length > 0) return { kind: 'invalid', problems };
      return changed(await store.classes.put(profile, version));
    },
    remove: async (name, version) => changed(await store.classes.remove(name, version)),
    async follow(signal) {
      let away = false;
      while (!signal.aborted) {
        try {
          await refresh();
          away = false;
        } catch (error) {
          if (!away) log.debug('classes of service stay as they were', { error });
          away = true;
        }
        await pause(lookMs, signal);
      }
    },
  };
}

/** Ends early, without an error, when the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
