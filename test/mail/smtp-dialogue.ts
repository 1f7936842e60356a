/** A mail client that sends exactly what a test says, byte by byte. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export class SmtpDialogue implements AsyncDisposable {
  readonly #socket: Socket;
  #text = '';
  #closed = false;
  #heard: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => {
      this.#text += chunk.toString();
      this.#heard();
    });
    socket.on('close', () => {
      this.#closed = true;
      this.#heard();
    });
  }

  /** Connected and greeted. */
  static async open(port: number): Promise<SmtpDialogue> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    // A server that cuts off is what some tests are about.
    socket.on('error', () => undefined);
    const dialogue = new SmtpDialogue(socket);
    await dialogue.reply();
    return dialogue;
  }

  /** Sends a line and answers the reply. */
  say(line: string): Promise<string> {
    this.raw(`${line}\r\n`);
    return this.reply();
  }

  raw(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Resolves when the far side has taken it, or gone. */
  async push(bytes: Uint8Array): Promise<void> {
    if (this.#socket.destroyed || this.#socket.write(bytes)) return;
    await Promise.race([once(this.#socket, 'drain'), once(this.#socket, 'close')]);
  }

  get gone(): boolean {
    return this.#socket.destroyed;
  }

  /** The next whole reply, its lines in one; `closed` if the server went. */
  async reply(): Promise<string> {
    for (;;) {
      const [whole] = /^(?:\d{3}-.*\r\n)*\d{3}(?: .*)?\r\n/.exec(this.#text) ?? [];
      if (whole !== undefined) {
        this.#text = this.#text.slice(whole.length);
        return whole.trimEnd().replaceAll('\r\n', '\n');
      }
      if (this.#closed) return 'closed';
      await new Promise<void>((resolve) => (this.#heard = resolve));
    }
  }

  /** From EHLO to the reply to DATA. */
  async begin(to: string, from = 'alice@far.example'): Promise<string> {
    await this.say('EHLO far.example');
    await this.say(`MAIL FROM:<${from}>`);
    await this.say(`RCPT TO:<${to}>`);
    return this.say('DATA');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
  }
}
