/** One RTP packet of sound as it arrived. */
export interface HeardPacket {
  /** Arrival, in milliseconds of `performance.now()`. */
  readonly at: number;
  readonly sequence: number;
  readonly timestamp: number;
  /** Where its sound lies in `Heard.ulaw`. */
  readonly offset: number;
  readonly length: number;
}

/** All sound that a call has received, in order of arrival and without the pauses between packets. */
export class Heard {
  readonly packets: HeardPacket[] = [];
  #bytes = Buffer.alloc(1 << 14);
  #length = 0;

  /** µ-law, 8 kHz: one byte is 1/8 ms. A view: valid until more arrives. */
  get ulaw(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  get durationMs(): number {
    return this.#length / 8;
  }

  /** Arrival of the first and last packet. */
  get firstAt(): number | undefined {
    return this.packets[0]?.at;
  }

  get lastAt(): number | undefined {
    return this.packets.at(-1)?.at;
  }

  add(ulaw: Buffer, packet: Pick<HeardPacket, 'at' | 'sequence' | 'timestamp'>): void {
    if (this.#length + ulaw.length > this.#bytes.length) {
      const grown = Buffer.alloc(this.#bytes.length * 2);
      this.#bytes.copy(grown);
      this.#bytes = grown;
    }
    ulaw.copy(this.#bytes, this.#length);
    this.packets.push({ ...packet, offset: this.#length, length: ulaw.length });
    this.#length += ulaw.length;
  }

  /** Sound that arrived at or after a time, as µ-law. */
  since(at: number): Buffer {
    const first = this.packets.find((packet) => packet.at >= at);
    return first === undefined ? Buffer.alloc(0) : this.ulaw.subarray(first.offset);
  }

  /** When the sound at a place (milliseconds into `ulaw`) arrived. */
  arrivedAt(offsetMs: number): number | undefined {
    const byte = Math.round(offsetMs * 8);
    return this.packets.find((packet) => byte < packet.offset + packet.length)?.at;
  }
}
