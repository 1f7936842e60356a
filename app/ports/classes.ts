import type { ClassOfService } from '../core/profile/class-of-service.ts';

/**
 * Classes of service that were made while the system runs. Few, and read by every controller: all are one document, whose
 * version tells cheaply whether anything changed.
 */
export interface ClassStore {
  /** All, unless nothing has changed since `known`. */
  all(known: number | undefined): Promise<ClassSet | undefined>;
  /** Makes or replaces one; with `version` only if nothing has changed since that. Answers the version then. */
  put(profile: ClassOfService, version?: number): Promise<number | undefined>;
  /** The same for its end. A class that is not there is no change. */
  remove(name: string, version?: number): Promise<number | undefined>;
}

export interface ClassSet {
  /** Counts changes; 0 = there never was any. */
  readonly version: number;
  readonly classes: Readonly<Record<string, ClassOfService>>;
}
