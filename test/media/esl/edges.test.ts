/** What goes wrong around calls on FreeSWITCH: answers that come late, ends that are told by halves, strangers, phones that are away. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFault } from '../../../app/core/errors.ts';
import { darkLamp } from '../../../app/core/mailbox/lamp.ts';
import { openEslMedia, type EslMedia } from '../../../app/media/esl/open.ts';
import { EslClient } from '../../../app/media/esl/wire/client.ts';
import { listen } from '../../../app/media/esl/wire/listener.ts';
import { switchPeers } from '../../../app/media/esl/wire/peers.ts';
import type { Call, InboundText } from '../../../app/ports/media.ts';
import { silentLog } from '../../ports/silent-log.ts';
import { shippedSpeech } from '../../speech/shipped.ts';
import { Channel } from './double/channel.ts';
import { channelFrame, lingerFrame, replyFrame } from './double/encode.ts';
import { silentLine } from './double/line.ts';
import type { Dialled } from './double/options.ts';
import { openFreeSwitchDouble, type FreeSwitchDouble } from './double/switch.ts';

const options = { callerNumber: '+12025550199', ringSeconds: 20 };
const own = '+12025550140';
const prompts = {
  clip: () => '/nowhere',
  durationMs: () => 100,
  speech: shippedSpeech,
};

describe('FreeSWITCH, where something is late, missing or strange', function () {
  this.timeout(20_000);
  let folder: string;
  let double: FreeSwitchDouble;
  let media: EslMedia;
  let calls: AsyncIterator<Call>;
  let texts: AsyncIterator<InboundText>;
  let onDial: (number: string, endpoint: string) => Dialled;
  const sent: string[] = [];
  const lamps: ReadonlyMap<string, string>[] = [];
  let contact: string | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ab-edges-'));
    double = await openFreeSwitchDouble({
      password: 'ClueCon',
      application: () => ({ host: '127.0.0.1', port: media.port }),
      onDial: (number, endpoint) => onDial(number, endpoint),
      hasUser: (user) => user === own,
      contact: (user) => (user.includes(own) ? contact : undefined),
      onText: ({ to }) => {
        sent.push(to);
        return 202;
      },
      onLamp: (headers) => lamps.push(headers),
    });
    const settings = {
      host: '127.0.0.1',
      port: double.port,
      password: 'ClueCon',
      listen: { host: '127.0.0.1', port: 0 },
      folder: join(folder, 'shared'),
      recordings: 'shared' as const,
      http: { host: '127.0.0.1', port: 0, maxBytes: 1_000_000, folder: '/nowhere' },
      profile: 'internal',
      domain: 'example.org',
      trunk: 'trunk',
      trunks: [{ name: 'trunk', host: '127.0.0.1', port: 5070 }],
      timeoutMs: 5000,
    };
    const clock = { now: () => new Date() };
    media = await openEslMedia(settings, {
      log: silentLog,
      clock,
      prompts,
      language: 'en',
      lampOf: async (number) => (number.startsWith('+1202555') ? darkLamp : undefined),
    });
    const { signal } = new AbortController();
    calls = media.calls(signal)[Symbol.asyncIterator]();
    texts = media.texts(signal)[Symbol.asyncIterator]();
    await media.ready(AbortSignal.timeout(10_000));
  });

  after(async () => {
    await media[Symbol.asyncDispose]();
    await double[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const nextCall = async (): Promise<Call> => (await calls.next()).value as Call;

  it('a call out that is answered after its connection was lost is hung up, and never comes in as a caller', async () => {
    let answer = (): void => undefined;
    const answersAfter = new Promise<void>((resolve) => (answer = resolve));
    let rung = (): void => undefined;
    const rings = new Promise<void>((resolve) => (rung = resolve));
    onDial = (_number, endpoint) => {
      if (endpoint.startsWith('user/')) return 'USER_NOT_REGISTERED';
      rung();
      return { line: silentLine, answersAfter };
    };
    const giveUp = new AbortController();
    const dialled = media.dial({ number: '+12025550111' }, { ...options, signal: giveUp.signal });
    const lost = assert.rejects(dialled, (error) => isFault(error, 'media-unavailable') && error.temporary);
    await rings;
    while (!double.channels.some(({ outbound }) => outbound)) await new Promise(setImmediate);
    const channel = double.channels.find(({ outbound }) => outbound) ?? assert.fail();
    media.drop();
    await lost;
    // Nobody can be told any more, and nothing breaks.
    giveUp.abort();
    const over = once(channel.gone, 'abort');
    answer();
    await over;
    assert.equal(channel.get('answerback_out'), 'trunk');
    await media.ready(AbortSignal.timeout(10_000));
    double.ring({ to: '+12025550123', from: '+12025550100' });
    const call = await nextCall();
    assert.deepEqual([call.entry.kind, call.facts.requestUser], ['incoming', '+12025550123']);
    await call.hangup();
  });

  it('a call that is given up while it rings at the phone does not go out to the network', async () => {
    const giveUp = new AbortController();
    const tried: string[] = [];
    onDial = (_number, endpoint) => {
      tried.push(endpoint);
      giveUp.abort();
      return 'USER_NOT_REGISTERED';
    };
    const result = await media.dial({ number: own }, { ...options, signal: giveUp.signal });
    assert.equal(result.kind, 'no-answer');
    assert.deepEqual(tried, [`user/${own}@example.org`]);
  });

  it('calls out name the trunk or the phone that they went to, answered or not', async () => {
    onDial = (number, endpoint) => {
      if (!endpoint.startsWith('user/')) return number.endsWith('1') ? silentLine : 'USER_BUSY';
      return number === own ? 'USER_BUSY' : 'USER_NOT_REGISTERED';
    };
    const phone = await media.dial({ number: own }, options);
    assert.ok(phone.kind === 'busy' && phone.trunk === own);
    const busy = await media.dial({ number: '+12025550112' }, options);
    assert.ok(busy.kind === 'busy' && busy.trunk === 'trunk');
    const answered = await media.dial({ number: '+12025550111' }, options);
    assert.ok(answered.kind === 'answered' && answered.call.facts.trunk === 'trunk');
    await answered.call.hangup();
  });

  it('an end that only the disconnect notice tells of ends the call, what waits for it, and the connection', async () => {
    const channel = new Channel({ to: '+12025550123', from: '+12025550100' }, silentLine);
    const socket = connect(media.port, '127.0.0.1');
    let heard = '';
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
      for (let end = heard.indexOf('\n\n'); end >= 0; end = heard.indexOf('\n\n')) {
        const [command = ''] = heard.slice(0, end).split('\n');
        heard = heard.slice(end + 2);
        if (command === 'connect') socket.write(channelFrame(channel.data(new Map([['Reply-Text', '+OK']]))));
        else if (command.startsWith('api')) socket.write(replyFrame('+OK'));
        else if (command === 'exit') socket.end();
        else socket.write(replyFrame('+OK'));
      }
    });
    const call = await nextCall();
    const played = call.play([{ kind: 'silence', ms: 60_000 }], { language: 'en' });
    const closed = once(socket, 'close');
    socket.write(lingerFrame(channel.id, channel.name, -1));
    assert.equal((await played).kind, 'gone');
    assert.ok(call.gone.aborted);
    await closed;
  });

  it('who is not the switch cannot hand calls over', async () => {
    const far = switchPeers('192.0.2.1', ['198.51.100.0/24']);
    assert.deepEqual(
      await Promise.all(['192.0.2.1', '::ffff:192.0.2.1', '198.51.100.9', '127.0.0.1', '', 'x'].map(far)),
      [true, true, true, false, false, false],
    );
    const here = switchPeers('localhost', []);
    assert.deepEqual(await Promise.all(['127.0.0.1', '127.0.0.9', '::1', '192.0.2.1'].map(here)), [
      true,
      true,
      true,
      false,
    ]);
    await using listener = await listen(
      { host: '127.0.0.1', port: 0, events: 'json DTMF', timeoutMs: 1000, isSwitch: far },
      { call: () => assert.fail('it was taken') },
      silentLog,
    );
    const socket = connect(listener.port, '127.0.0.1');
    socket.on('data', () => assert.fail('it was spoken to'));
    await once(socket, 'close');
  });

  it('a text to a phone of ours that is away waits for it, and does not go out to the network', async () => {
    const text = { id: 't', from: '+12025550199', to: own, body: 'x' };
    contact = undefined;
    await assert.rejects(
      media.sendText(text),
      (error) => isFault(error, 'gateway-unavailable') && error.temporary,
    );
    assert.deepEqual(sent, []);
    contact = `sofia/internal/sip:${own}@10.1.0.7:5070`;
    await media.sendText(text);
    assert.deepEqual(sent, [`internal/${own}@example.org`]);
    await assert.rejects(media.sendText({ ...text, to: 'a b\nc' }), (error) => isFault(error, 'invalid'));
  });

  it('a text of a phone that registered is its subscriber’s; of anyone else it is left aside', async () => {
    contact = `sofia/internal/sip:${own}@192.168.1.9:5062;fs_nat=yes;fs_path=sip%3A${own}%40203.0.113.9%3A40001`;
    double.message(own, '+12025550199', 'of a stranger', { ip: '203.0.113.9', port: 40_002 });
    double.message('+12025550141', '+12025550199', 'of another', { ip: '203.0.113.9', port: 40_001 });
    double.message(own, '+12025550199', '1', { ip: '203.0.113.9', port: 40_001 });
    const { value } = (await texts.next()) as { value: InboundText };
    assert.deepEqual([value.body, value.from, value.registered], ['1', own, true]);
  });

  it('a phone that asks is told that nothing waits, also where no lamp was ever lit', async () => {
    double.query('nobody@example.org', 'call-0');
    double.query(`${own}@example.org`, 'call-1');
    while (lamps.length === 0) await new Promise(setImmediate);
    const [told] = lamps;
    assert.deepEqual(
      ['mwi-messages-waiting', 'mwi-voice-message', 'call-id'].map((name) => told?.get(name)),
      ['no', '0/0 (0/0)', 'call-1'],
    );
  });

  it('a recording without sound that a crash left is removed; one that a call may have just begun stays', async () => {
    const recordings = join(folder, 'shared', 'recordings');
    const tag = (call: string) => `+12025550100~+12025550123~1795877562~${call}~f`;
    const head = Buffer.alloc(44);
    await writeFile(join(recordings, `${tag('old')}.wav`), head);
    await writeFile(join(recordings, `${tag('fresh')}.wav`), head);
    const before = new Date(Date.now() - 120_000);
    await utimes(join(recordings, `${tag('old')}.wav`), before, before);
    const over = new AbortController();
    const looking = (async () => {
      for await (const _ of media.strays(over.signal)) assert.fail('a stray came');
    })();
    while ((await readdir(recordings)).length > 1) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(await readdir(recordings), [`${tag('fresh')}.wav`]);
    over.abort();
    await looking;
  });

  it('folders that the switch writes to are its group’s, whatever the umask', async () => {
    for (const name of ['', 'recordings', 'faxes'])
      assert.equal((await stat(join(folder, 'shared', name))).mode & 0o7777, 0o2770, name);
  });

  it('a port where nobody speaks is given up and tried again', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = new EslClient(
      {
        host: '127.0.0.1',
        port: (server.address() as AddressInfo).port,
        password: 'x',
        events: 'json DTMF',
        timeoutMs: 200,
      },
      { event: () => undefined, connected: async () => undefined, disconnected: () => undefined },
      silentLog,
    );
    await once(server, 'connection');
    await once(server, 'connection');
    client.close();
    server.close();
  });
});
