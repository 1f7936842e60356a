/** A program with a key of the operator: leaves messages over the API, and reads them there. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { MailboxId, MessageId } from '../../app/core/ids.ts';
import { answerback } from '../cli/command.ts';
import type { System } from '../system/system.ts';

/** What the API says of a message, as far as these tests ask. */
export interface Seen {
  readonly id: MessageId;
  readonly subject?: string;
  readonly parts: readonly { readonly contentType: string; readonly name?: string }[];
}

export class Program {
  readonly #system: System;
  readonly #key: string;

  private constructor(system: System, key: string) {
    this.#system = system;
    this.#key = key;
  }

  /** With a key as an operator makes it. */
  static async open(system: System): Promise<Program> {
    const env = { MONGODB_URL: system.local.url, ANSWERBACK_CONFIG: system.controller.file };
    const scopes = 'messages:read,messages:write';
    const made = await answerback(['key', 'add', 'networks', '--scopes', scopes, '--json'], { env });
    assert.equal(made.code, 0, made.errors);
    return new Program(system, String(made.json()['key']));
  }

  /** Answers the status. */
  async leave(mailbox: MailboxId, from: string, text: string, picture: Uint8Array): Promise<number> {
    const data = Buffer.from(picture).toString('base64');
    const parts = [{ contentType: 'image/png', name: 'view.png', data }];
    const { status } = await this.#ask('POST', `mailboxes/${mailbox}/messages`, {
      kind: 'image',
      from: { number: from },
      text,
      parts,
    });
    return status;
  }

  async message(id: MessageId): Promise<Seen> {
    const answer = await this.#ask('GET', `messages/${id}`);
    assert.equal(answer.status, 200);
    return (await answer.json()) as Seen;
  }

  /** A part of a message as it was left. */
  async part(id: MessageId, index: number): Promise<Uint8Array> {
    const answer = await this.#ask('GET', `messages/${id}/parts/${index}`);
    assert.equal(answer.status, 200);
    return new Uint8Array(await answer.arrayBuffer());
  }

  #ask(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(new URL(`/v1/${path}`, this.#system.controller.web), {
      method,
      headers: {
        authorization: `Bearer ${this.#key}`,
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}
