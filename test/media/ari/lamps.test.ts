import assert from 'node:assert/strict';
import { connect } from 'node:net';
import type { E164, MailboxId } from '../../../app/core/ids.ts';
import type { MessageKind } from '../../../app/core/profile/class-of-service.ts';
import type { AriMedia } from '../../../app/media/ari/open.ts';
import { ManagerClient, ManagerError } from '../../../app/media/ari/wire/manager.ts';
import { createLamps, type Lamps } from '../../../app/services/lamp.ts';
import { openPhone, type Phone } from '../../phone/phone.ts';
import type { LampNotice } from '../../phone/received.ts';
import { header } from '../../phone/sip-message.ts';
import { openTestStore, type TestStore } from '../../storage/local-store.ts';
import { sampleMailbox } from '../../storage/sample.ts';
import { openLab, until, type Lab } from './lab.ts';

const number = '+12025550111' as E164;
const summary = (voice: string, ...more: readonly string[]): string =>
  [
    `Messages-Waiting: ${/: [1-9]/.test([`: ${voice}`, ...more].join(' ')) ? 'yes' : 'no'}`,
    `Voice-Message: ${voice}`,
    ...more,
  ]
    .map((line) => `${line}\r\n`)
    .join('');

/** The way from the counters in the store to a registered telephone, over a real Asterisk. */
describe('message waiting lamps with Asterisk', function () {
  this.timeout(60_000);
  let lab: Lab;
  let opened: TestStore;
  let media: AriMedia;
  let anna: Phone;
  let lamps: Lamps;
  let mailbox: MailboxId;
  let now = Date.UTC(2026, 0, 1);

  before(async () => {
    [lab, opened] = await Promise.all([openLab({ phones: true }), openTestStore()]);
    media = await lab.media({ manager: lab.asterisk.manager });
    anna = await openAnna();
    const fresh = { ...sampleMailbox(), number };
    mailbox = (await opened.store.mailboxes.findOrCreate(fresh)).mailbox.id;
    lamps = createLamps({
      store: opened.store,
      media,
      profiles: { of: () => ({ lamp: true }) as never },
      anyLamp: () => true,
      clock: { now: () => new Date(now) },
      log: lab.log,
      roundMs: 1000,
    });
  });
  after(async () => {
    await anna?.[Symbol.asyncDispose]();
    await opened?.[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
  });

  async function openAnna(): Promise<Phone> {
    const server = { host: lab.asterisk.sipHost, port: lab.asterisk.sipPort };
    const phone = await openPhone({ server, number: 'anna', password: 'secret' });
    assert.equal(await phone.register(), 200);
    await phone.nextNotify();
    return phone;
  }

  /** What the phone shows in the end: this was what it was told last, and nothing else for a while. */
  async function shows(body: string, phone = anna): Promise<LampNotice> {
    let since = performance.now();
    let last: LampNotice | undefined;
    await until(
      () => {
        const now = phone.notices.at(-1);
        if (now?.body !== last?.body) since = performance.now();
        last = now;
        // A notice of Asterisk's own that comes after it would be wrong.
        return last?.body === body && performance.now() - since > 300;
      },
      () => `${JSON.stringify(body)} at the phone; it shows ${JSON.stringify(last?.body)}`,
    );
    return last as LampNotice;
  }

  async function count(kind: MessageKind, change: { new?: number; old?: number; urgent?: number }) {
    await opened.store.mailboxes.count(mailbox, { kind, ...change });
    await lamps.publish(mailbox);
  }

  it('a new message lights it, a heard one counts as old, a deleted one puts it out', async () => {
    await count('voice', { new: 2 });
    await shows(summary('2/0 (0/0)'));
    await count('voice', { new: -1, old: 1 });
    await shows(summary('1/1 (0/0)'));
    await count('voice', { new: -1 });
    await shows(summary('0/1 (0/0)'));
    await count('voice', { old: -1 });
    await shows(summary('0/0 (0/0)'));
  });

  it('urgent ones stand in brackets and are not counted twice', async () => {
    await count('voice', { new: 3, urgent: 1 });
    const { request } = await shows(summary('3/0 (1/0)'));
    assert.match(request.uri, /^sip:anna@/);
    await count('voice', { new: -1, old: 1, urgent: -1 });
    await shows(summary('2/1 (0/0)'));
  });

  it('each class has its line, and one whose messages are gone says so', async () => {
    await count('fax', { new: 1 });
    await shows(summary('2/1 (0/0)', 'Fax-Message: 1/0 (0/0)'));
    await count('text', { new: 4, urgent: 2 });
    await count('video', { old: 1 });
    await shows(
      summary('2/1 (0/0)', 'Fax-Message: 1/0 (0/0)', 'Text-Message: 4/0 (2/0)', 'Video-Message: 0/1 (0/0)'),
    );
    await count('fax', { new: -1 });
    await count('text', { new: -4, urgent: -2 });
    await shows(
      summary('2/1 (0/0)', 'Fax-Message: 0/0 (0/0)', 'Text-Message: 0/0 (0/0)', 'Video-Message: 0/1 (0/0)'),
    );
  });

  it('a fax alone lights it too', async () => {
    await count('voice', { new: -2 });
    await count('fax', { new: 1, old: 2 });
    const body = summary(
      '0/1 (0/0)',
      'Fax-Message: 1/2 (0/0)',
      'Text-Message: 0/0 (0/0)',
      'Video-Message: 0/1 (0/0)',
    );
    assert.match(body, /Messages-Waiting: yes/);
    await shows(body);
  });

  const all = summary(
    '0/1 (0/0)',
    'Fax-Message: 1/2 (0/0)',
    'Text-Message: 0/0 (0/0)',
    'Video-Message: 0/1 (0/0)',
  );

  it('a phone that registers again, or for the first time, is told of all', async () => {
    anna.notices.length = 0;
    assert.equal(await anna.register(), 200);
    await shows(all);
    // One that was switched off meanwhile has another port.
    const second = await openAnna();
    await shows(all, second);
    await second.register(0);
    await second[Symbol.asyncDispose]();
  });

  it('a phone that subscribes is told of voice in its subscription, and of all after that', async () => {
    anna.notices.length = 0;
    assert.equal(await anna.subscribe('anna'), 200);
    const inSubscription = () =>
      anna.notices.find(({ request }) => header(request, 'subscription-state').startsWith('active'));
    await until(() => inSubscription() !== undefined, 'a notice in the subscription');
    assert.match(inSubscription()?.body ?? '', /^Voice-Message: 0\/1/m);
    await shows(all);
    await count('voice', { new: 1 });
    await shows(all.replace('0/1', '1/1'));
    await count('voice', { new: -1 });
    await shows(all);
  });

  it('what somebody else set is put right by the next round', async () => {
    await media.setLamp({ mailbox: number, classes: { 'voice-message': { new: 7, old: 7, urgent: 0 } } });
    await shows(summary('7/7 (0/0)'));
    await lamps.reconcile(AbortSignal.timeout(10_000));
    now += 2000;
    await lamps.reconcile(AbortSignal.timeout(10_000));
    await shows(all);
  });

  it('after Asterisk was killed and has started all is shown again', async () => {
    const ending = new AbortController();
    const following = lamps.follow(ending.signal);
    await shows(all);
    await lab.asterisk.kill();
    await assert.rejects(lamps.publish(mailbox));
    await lab.asterisk.start();
    anna.notices.length = 0;
    // Contacts are kept by Asterisk's own database: this phone has nothing to do.
    await shows(all);
    assert.equal(await anna.register(), 200);
    await shows(all);
    ending.abort();
    await following;
  });

  it('a connection of ARI that was only lost sets nothing anew', async () => {
    const ending = new AbortController();
    const following = lamps.follow(ending.signal);
    const started = (): number =>
      lab.log.lines.filter((line) => line.text.startsWith('the switch has started')).length;
    const before = started();
    media.drop();
    await until(() => !media.healthy, 'gone');
    await media.ready(AbortSignal.timeout(10_000));
    await lamps.publish(mailbox);
    assert.equal(started(), before);
    ending.abort();
    await following;
  });

  it('without the manager interface, or with a wrong password, phones are told of voice', async () => {
    const wrong = { ...lab.asterisk.manager, password: 'wrong' };
    for (const manager of [undefined, wrong, { ...lab.asterisk.manager, port: 1 }]) {
      await using other = await lab.media({ app: 'other', manager });
      const classes = {
        'voice-message': { new: 5, old: 0, urgent: 1 },
        'fax-message': { new: 1, old: 0, urgent: 0 },
      };
      const set = other.setLamp({ mailbox: number, classes });
      // Who is away may be back: that is told.
      if (manager?.port === 1) await assert.rejects(set);
      else await set;
      await shows(summary('5/0 (0/0)'));
      await media.setLamp({ mailbox: number, classes: { 'voice-message': { new: 0, old: 0, urgent: 0 } } });
      await shows(summary('0/0 (0/0)'));
    }
  });

  describe('the manager interface', () => {
    it('takes no line break within a field', async () => {
      const manager = new ManagerClient({ ...lab.asterisk.manager, timeoutMs: 2000 });
      for (const value of ['anna\r\nAction: Command', 'a\nb', 'a\0'])
        await assert.rejects(manager.action('PJSIPNotify', [['Endpoint', value]]), RangeError);
      manager.close();
    });

    it('tells the reason of a refusal, and goes on', async () => {
      const manager = new ManagerClient({ ...lab.asterisk.manager, timeoutMs: 2000 });
      await assert.rejects(
        manager.action('PJSIPNotify', [
          ['Endpoint', 'nobody'],
          ['Variable', 'Event=x'],
        ]),
        ManagerError,
      );
      await assert.rejects(manager.action('Command', [['Command', 'core stop now']]), /[Pp]ermission/);
      await manager.action('Ping', []);
      manager.close();
      await assert.rejects(manager.action('Ping', []), /closed/);
    });

    it('connects again after Asterisk was restarted', async () => {
      const manager = new ManagerClient({ ...lab.asterisk.manager, timeoutMs: 2000 });
      await manager.action('Ping', []);
      await lab.asterisk.kill();
      await until(
        () =>
          manager.action('Ping', []).then(
            () => false,
            () => true,
          ),
        'away',
      );
      await lab.asterisk.start();
      await manager.action('Ping', []);
      manager.close();
    });

    it('is closed to whoever has no password', async () => {
      const { host, port } = lab.asterisk.manager;
      const socket = connect({ host, port });
      const heard = new Promise<string>((resolve) => {
        let text = '';
        socket.setEncoding('utf8').on('data', (part: string) => (text += part));
        socket.on('close', () => resolve(text));
      });
      socket.write('Action: PJSIPNotify\r\nEndpoint: anna\r\nVariable: Event=x\r\n\r\n');
      assert.match(await heard, /Permission denied|Authentication/i);
    });
  });
});
