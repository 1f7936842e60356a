/** A node to which there is no line. */
import { Fault } from '../core/errors.ts';
import type { Peer } from '../ports/replication.ts';

export class FilePeer implements Peer, Disposable {
  readonly name: string;
  readonly prefixes: readonly string[];
  readonly ours: readonly string[];
  readonly byFile = true;

  constructor({ name, prefixes, ours }: Required<Pick<Peer, 'name' | 'prefixes' | 'ours'>>) {
    this.name = name;
    this.prefixes = prefixes;
    this.ours = ours;
  }

  async send(): Promise<never> {
    throw noLine();
  }

  async tell(): Promise<never> {
    throw noLine();
  }

  [Symbol.dispose](): void {}
}

function noLine(): Fault {
  return new Fault('gateway-unavailable', 'Sync: there is no line to this node', { temporary: true });
}
