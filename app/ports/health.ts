/** Whether this controller can do its work, part by part. */

export const partNames = ['store', 'switch', 'spool', 'controller'] as const;
export type PartName = (typeof partNames)[number];

export interface PartState {
  readonly ok: boolean;
  readonly state:
    /** Of store and switch. */
    | 'up'
    | 'away'
    /** Of the spool: nothing waits, deposits wait for the store, or its disk has no room for more. */
    | 'empty'
    | 'filling'
    | 'full'
    /** Of this process. */
    | 'starting'
    | 'running'
    | 'draining';
  /** When it was first seen so; RFC 3339, UTC. */
  readonly since: string;
}

export interface Readiness {
  /** Store and switch are there and this controller runs. A spool alone does not keep calls away: it is told of. */
  readonly ok: boolean;
  /** Empty if it could not be told in time. */
  readonly parts: Readonly<Partial<Record<PartName, PartState>>>;
}
