/**
 * The whole product on FreeSWITCH: the same controller, the same flows, another switch (a double made from recordings); and
 * behind a drachtio-server (another such double).
 */
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
import { openDrachtioDouble, type DrachtioDouble } from '../gateways/sip-edge/double.ts';
import { headerOf, statusOf } from '../gateways/sip-edge/message.ts';
import { phonePeer, request, trunkPeer } from '../gateways/sip-edge/world.ts';
import { silence, type Line, type Played } from '../media/esl/double/line.ts';
import type { Channel } from '../media/esl/double/channel.ts';
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
  let edge: DrachtioDouble;
  let controller: Controller;
  const proxied: { readonly target: string; readonly channel: Channel }[] = [];
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
    edge = await openDrachtioDouble({
      secret: password,
      // The server sends the call on, and the switch has it.
      onProxy: (target) => {
        const facts = { to: subscriber, from: caller, name: 'Alice', variables: handOver };
        proxied.push({ target, channel: double.ring(facts, new Telephone()) });
        return 200;
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
        trunks: [
          { name: 'trunk', host: '127.0.0.1', port: 5070, trusted: true },
          { name: 'sbc', host: trunkPeer.address, port: trunkPeer.port, trusted: true },
        ],
        sipEdge: {
          port: edge.port,
          phones: ['10.1.0.0/16'],
          door: { nodes: [{ name: 'home', uri: 'sip:127.0.0.1:5060' }] },
        },
        classes: { standard: { lamp: true } },
        web: { port: 0 },
        log: { level: 'debug' },
      },
      env: { MONGODB_URL: local.url, FREESWITCH_PASSWORD: password, DRACHTIO_SECRET: password },
    });
  });

  after(async () => {
    await controller?.[Symbol.asyncDispose]();
    await edge?.[Symbol.asyncDispose]();
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

  it('B1: over the SIP edge a text is a message whose lamp a phone is told of, and one to the access number a command', async () => {
    const number = '+12025550148';
    const arrives = (
      method: string,
      to: string,
      more: { headers?: Record<string, string>; body?: string },
    ) => {
      const headers = { To: `<sip:${to}@example.org>`, ...more.headers };
      const callId = `${method}-${to}@sbc`;
      const raw = request(method, to, { callId, cseq: 1, headers, body: more.body ?? '' });
      return edge.arrives(raw, method === 'SUBSCRIBE' ? phonePeer : trunkPeer);
    };
    const notified = (line: RegExp) => () =>
      edge.sent.some(({ start, body }) => start.startsWith('NOTIFY') && line.test(body));
    await eventually(() => edge.routed('message') > 0);
    const asked = { Event: 'message-summary', Contact: '<sip:1001@10.1.0.7:5070>' };
    assert.equal(statusOf(await arrives('SUBSCRIBE', number, { headers: asked })), 200);
    await eventually(notified(/Messages-Waiting: no/));
    const text = { headers: { 'Content-Type': 'text/plain' }, body: 'The parcel is at the front desk.' };
    assert.equal(statusOf(await arrives('MESSAGE', number, text)), 202);
    await eventually(notified(/Messages-Waiting: yes/));
    const mailbox = await store.mailboxes.find(number as E164);
    assert.equal(mailbox?.counts.new, 1);
    const before = texts.length;
    const headers = { ...text.headers, From: `<sip:${number}@example.net>;tag=2` };
    assert.equal(statusOf(await arrives('MESSAGE', access, { headers, body: 'HELP' })), 202);
    await eventually(() => texts.slice(before).some(({ to }) => to.includes(number)));
  });

  it('B1: a call to the front door of the SIP edge is sent on to the switch, which answers it', async () => {
    const invite = { callId: 'invite@sbc', cseq: 1, headers: { Contact: '<sip:bob@10.0.0.5>' }, body: '' };
    const answer = await edge.arrives(request('INVITE', subscriber, invite), trunkPeer);
    assert.equal(statusOf(answer), 200, headerOf(answer, 'reason'));
    const [call] = proxied;
    assert.equal(call?.target, `sip:${subscriber}@127.0.0.1:5060`);
    await eventually(() => call.channel.answeredAt !== undefined);
    double.hangUp(call.channel);
  });
});
