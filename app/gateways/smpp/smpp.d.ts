/** What is used of the library `smpp`, which brings no types. */
declare module 'smpp' {
  import type { Server, Socket } from 'node:net';
  import type { EventEmitter } from 'node:events';

  interface Coder {
    encode(text: string): Buffer;
    decode(bytes: Buffer): string;
  }

  class PDU {
    /** Reads a whole PDU; @throws for a broken one. */
    constructor(bytes: Buffer);
    constructor(command: string, fields?: Readonly<Record<string, unknown>>);
    command: string;
    command_id: number;
    command_status: number;
    sequence_number: number;
    isResponse(): boolean;
    response(fields?: Record<string, unknown>): PDU;
    toBuffer(): Buffer;
    readonly [field: string]: unknown;
  }

  class Session extends EventEmitter {
    readonly socket: Socket;
    send(pdu: PDU, onResponse?: (pdu: PDU) => void): boolean;
    close(): void;
    destroy(): void;
  }

  const smpp: {
    readonly PDU: typeof PDU;
    readonly Session: typeof Session;
    /** `ASCII` is GSM 7-bit (3GPP TS 23.038) with one septet an octet. */
    readonly encodings: Readonly<Record<'ASCII' | 'LATIN1' | 'UCS2', Coder>>;
    createServer(
      options: { readonly key?: string; readonly cert?: string },
      onSession: (session: Session) => void,
    ): Server;
  };
  export = smpp;
}
