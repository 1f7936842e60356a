/** Trunks and phones as the switch sees them at this moment. */
export interface Endpoint {
  readonly name: string;
  /** Whether the far side is there. */
  readonly state: 'online' | 'offline' | 'unknown';
  /** Calls that it has now. */
  readonly calls: number;
}

export interface Endpoints {
  /** @throws Fault `media-unavailable` if the switch does not answer */
  list(): Promise<readonly Endpoint[]>;
}
