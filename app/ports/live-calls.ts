/**
 * Which calls controllers have at this moment: each tells it of itself, in one record that is over by itself when its controller
 * is. What is told is some seconds old.
 */

export interface LiveCall {
  /** The switch’s id of the call. */
  readonly id: string;
  readonly direction: 'inbound' | 'outbound';
  readonly trunk: string;
  /** Number of the far side, as the switch says; absent: it is not told, or must not be. */
  readonly from?: string;
  /** What was dialled. */
  readonly to: string;
  readonly started: Date;
  readonly answered?: Date;
}

export interface CallsOfController {
  /** A name that it has while it runs. */
  readonly controller: string;
  readonly node: string;
  readonly calls: readonly LiveCall[];
  /** Not to be believed after that. */
  readonly expires: Date;
}

export interface LiveCallStore {
  /** In place of what the controller told before. */
  put(calls: CallsOfController): Promise<void>;
  /** The controller has none. */
  remove(controller: string): Promise<void>;
  /** Of all controllers that have calls, the first to be over first. */
  list(now: Date): Promise<CallsOfController[]>;
}
