/** The whole product on FreeSWITCH: the same controller, the same flows, another switch (a double made from recordings). */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { E164 } from '../../app/core/ids.ts';
import type { Store } from '../../app/ports/store.ts';
import { openStore } from '../../app/storage/open.ts';
import { correlate } from '../../scripts/audio/correlate.ts';
import { openController, type Controller } from '../../scripts/stack/controller.ts';
import { freePort } from '../../scripts/stack/ports.ts';
import { openLocalStore, type LocalStore } from '../../scripts/stack/store.ts';
import { speech } from '../audio/speech.ts';
import { silence, type Line, type Played } from '../media/esl/double/line.ts';
import { openFreeSwitchDouble, type FreeSwitchDouble } from '../media/esl/double/switch.ts';
import { silentLog } from '../ports/silent-log.ts';

const access = '+12025550199';
const caller = '+12025550123';
const subscriber = '+12025550147';
const password = 'test';
/** What freeswitch/dialplan/ sets on each call. */
const handOver = { socket_resume: 'true', playback_terminators: 'none', answerback_trunk: 'trunk' };

/** A telephone of the double: hears what is played, and says something once it is told. */
class Telephone implements Line {
  readonly #played: Played[] = [];
  #voice: Uint8Array = new Uint8Array();
  #saidAll = (): void => undefined;

  answered(): void {
    // Nothing to do: whoever holds it listens.
  }

  playing(sound: Played): void {
    this.#played.push(sound);
  }

  ended(): void {
    this.#saidAll();
  }

  speaks(): Uint8Array {
    const said = this.#voice.subarray(0, silence.length);
    this.#voice = this.#voice.subarray(silence.length);
    if (this.#voice.length === 0) this.#saidAll();
    return said.length === silence.length ? said : silence;
  }

  say(voice: Uint8Array): Promise<void> {
    this.#voice = voice;
    return new Promise((resolve) => (this.#saidAll = resolve));
  }

  /** Resolves when a sound like this has been played for so long, in milliseconds. */
  async hears(sound: Uint8Array, ms: number): Promise<void> {
    await eventually(() =>
      this.#played.some(
        ({ sound: played, heard }) =>
          heard >= ms * 8 && correlate(Buffer.from(played), sound.subarray(0, ms * 8)).score > 0.8,
      ),
    );
  }
}

/** What the far side does cannot call back here: it is looked at again and again, for 30 s at most. */
async function eventually(reached: () => boolean): Promise<void> {
  for (const end = performance.now() + 30_000; !reached();) {
    if (performance.now() > end) throw new Error('it did not come to that in 30 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('The main job on FreeSWITCH', function () {
  this.timeout(90_000);
  let directory: string;
  let local: LocalStore;
  let store: Store;
  let double: FreeSwitchDouble;
  let controller: Controller;
  let said: Buffer;
  let reference = '';
  const texts: { to: string; body: string }[] = [];
  const dialled: Telephone[] = [];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'answerback-freeswitch-'));
    [local, said] = await Promise.all([
      openLocalStore({ directory: join(directory, 'store') }),
      speech('Hello, this is Alice. The parcel is at the front desk.'),
    ]);
    store = await openStore(
      { url: local.url, database: 'answerback', timeoutMs: 20_000 },
      { log: silentLog },
    );
    const port = await freePort('tcp');
    double = await openFreeSwitchDouble({
      password,
      application: () => ({ host: '127.0.0.1', port }),
      onText: ({ to, body }) => {
        texts.push({ to, body });
        return 202;
      },
      onDial: (_number, endpoint) => {
        if (endpoint.startsWith('user/')) return 'USER_NOT_REGISTERED';
        const telephone = new Telephone();
        dialled.push(telephone);
        return telephone;
      },
    });
    controller = await openController({
      directory: join(directory, 'controller'),
      config: {
        switch: 'freeswitch',
        freeswitch: {
          port: double.port,
          listen: { port },
          folder: join(directory, 'shared'),
          domain: '127.0.0.1',
        },
        numbers: { access: [access], country: 'US', ranges: [{ prefix: '+1202555', class: 'standard' }] },
        trunks: [{ name: 'trunk', host: '127.0.0.1', port: 5070, trusted: true }],
        web: { port: 0 },
        log: { level: 'debug' },
      },
      env: { MONGODB_URL: local.url, FREESWITCH_PASSWORD: password },
    });
  });

  after(async () => {
    await controller?.[Symbol.asyncDispose]();
    await double?.[Symbol.asyncDispose]();
    await store?.[Symbol.asyncDispose]();
    await local?.[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  it('B1: a caller leaves a message for a number that nobody provisioned, and the subscriber gets a reference', async () => {
    const alice = new Telephone();
    const channel = double.ring({ to: subscriber, from: caller, name: 'Alice', variables: handOver }, alice);
    const beep = await readFile('var/prompts/en/beep.ulaw');
    await alice.hears(beep, 100);
    await alice.say(said);
    double.hangUp(channel);
    await eventually(() => texts.some(({ body }) => /,,\d{10}#/.test(body)));
    const notice = texts.find(({ body }) => /,,\d{10}#/.test(body));
    assert.ok(notice !== undefined && notice.to.includes(subscriber));
    reference = /,,(\d{10})#/.exec(notice.body)?.[1] ?? '';
    const mailbox = await store.mailboxes.find(subscriber as E164);
    assert.deepEqual(mailbox?.counts, { new: 1, old: 0, urgent: 0 });
  });

  it('B1: calling back with the reference plays exactly that message', async () => {
    const bob = new Telephone();
    const channel = double.ring({ to: access, from: subscriber, variables: handOver }, bob);
    await eventually(() => channel.answeredAt !== undefined);
    for (const key of `${reference}#`) double.press(channel, key);
    await bob.hears(said.subarray(4000), 1500);
    double.hangUp(channel);
  });

  it('B1: answering the text with 1 brings a call that plays it', async () => {
    double.message(subscriber, access, '1');
    const channel = () => double.channels.find(({ line }) => line === dialled[0]);
    // Whoever answers is asked for a key: an answering machine hears nothing.
    await eventually(() => channel()?.get('answerback_taken') === 'true');
    double.press(channel() ?? assert.fail(), '1');
    await dialled[0]?.hears(said.subarray(4000), 1500);
  });
});
