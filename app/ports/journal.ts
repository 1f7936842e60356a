/** Call detail records on this disk before they are in the store: none is lost when this process is killed. */
import type { Cdr } from '../core/account/cdr.ts';

export interface Journal extends AsyncDisposable {
  /**
   * Keeps a record, in place of the one of its id; on return it outlives this process. `open`: it stands for something that
   * goes on, as it would be if this process died now. What cannot be kept is logged and nothing else.
   */
  keep(row: Cdr, open?: 'open'): void;
  /** Nothing came of an open one. */
  drop(id: Cdr['id']): void;
  /** All but the open ones and `waiting` are in the store. */
  settled(waiting: readonly Cdr[]): void;
  /** What is kept outlives this machine too. */
  sync(): Promise<void>;
  /** All that this process keeps, but the open ones. */
  own(): AsyncIterable<Cdr>;
  /** What processes left that are no more. */
  left(): AsyncIterable<LeftRecords>;
}

export interface LeftRecords {
  readonly rows: readonly {
    readonly row: Cdr;
    readonly open: boolean;
  }[];
  /** When that process was last seen alive. */
  readonly seen: Date;
  /** They are in the store: they are forgotten. */
  done(): Promise<void>;
}
