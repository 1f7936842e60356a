import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadConfig } from '../../../app/config.ts';
import type { Mailbox } from '../../../app/core/mailbox/mailbox.ts';
import { isFault } from '../../../app/core/errors.ts';
import { openPoster } from '../../../app/gateways/fetch/open-poster.ts';
import { openWebhookGateway } from '../../../app/gateways/webhook/open.ts';
import { openApiWorld, type ApiWorld } from '../web/api/world.ts';

const secret = `whsec_${Buffer.from('a secret of thirty-two bytes ....').toString('base64')}`;

interface Posted {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly said: { readonly type: string; readonly place?: string; readonly data: Record<string, unknown> };
}

/** A program of somebody else, that checks what it is sent as Standard Webhooks says. */
async function openProgram() {
  const posted: Posted[] = [];
  const waiting = new Set<() => void>();
  const answers: number[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      posted.push({ headers: request.headers, body, said: JSON.parse(body) as Posted['said'] });
      const status = answers.shift() ?? 204;
      if (status !== 0) response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end();
      for (const woken of waiting) woken();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?x=1`,
    posted,
    /** Statuses to answer with, in order; 0 = none at all; then 204. */
    answers,
    until(fits: () => boolean): Promise<void> {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`only ${posted.map(({ body }) => body).join()}`)),
          15_000,
        );
        const look = (): void => {
          if (!fits()) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function isSigned({ headers, body }: Posted, whsec: string): boolean {
  const key = Buffer.from(whsec.slice('whsec_'.length), 'base64');
  const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const age = Math.abs(Date.now() / 1000 - Number(headers['webhook-timestamp']));
  return (
    age < 300 &&
    headers['webhook-signature'] === `v1,${createHmac('sha256', key).update(content).digest('base64')}`
  );
}

describe('webhooks: what happens, posted to programs', function () {
  this.timeout(60_000);
  let world: ApiWorld;
  let program: Awaited<ReturnType<typeof openProgram>>;
  let ann: Mailbox;
  before(async () => {
    program = await openProgram();
    const { config } = loadConfig(undefined, {});
    const { standard } = config.classes;
    const hooks = [
      { name: 'all', url: program.url, events: ['message.new' as const, 'message.changed' as const] },
      { name: 'notices', url: program.url, events: [] },
    ];
    const gateway = openWebhookGateway(
      { hooks: hooks.map((hook) => ({ ...hook, secret })), ofRules: 'of rules', timeoutMs: 10_000 },
      { poster: openPoster() },
    );
    world = await openApiWorld(undefined, undefined, {
      gateways: [gateway],
      config: {
        webhooks: { hooks, timeoutMs: 10_000 },
        notify: { maxTries: 1, firstRetryMs: 10, maxRetryMs: 10 },
        classes: {
          standard: { ...standard!, welcome: false, notify: [{ gateway: 'webhook', to: 'hook:notices' }] },
        },
      },
    });
    ann = await world.subscriber('Ann');
  });
  after(async () => {
    await world.controller.happening.events.stop();
    await world[Symbol.asyncDispose]();
    await program[Symbol.asyncDispose]();
  });
  beforeEach(() => void program.posted.splice(0));

  it('a message is posted as an event and as a notice, signed so that the far side can tell who wrote it', async () => {
    const message = await world.leave(ann, { text: 'the parcel is here' });
    await program.until(() => program.posted.length >= 2);
    const event = program.posted.find(({ said }) => said.type === 'message.new');
    const notice = program.posted.find(({ said }) => said.type === 'notice');
    assert.equal(event?.said.data['id'], message.id);
    assert.equal(
      (event?.said.data['item'] as { preview?: string } | undefined)?.preview,
      'the parcel is here',
    );
    assert.equal(notice?.said.data['message'], message.id);
    assert.match(String(notice?.said.data['text']), /\d{10}/);
    for (const one of program.posted) {
      assert.ok(isSigned(one, secret));
      assert.ok(!isSigned({ ...one, body: `${one.body} ` }, secret));
      assert.equal(one.headers['content-type'], 'application/json');
    }
    const left = () =>
      world.client.db(world.database).collection('notifications').countDocuments({ kind: 'event' });
    // It is removed once its answer is there, a moment after the program has it.
    for (const deadline = Date.now() + 10_000; (await left()) > 0 && Date.now() < deadline;) await pause(50);
    assert.equal(await left(), 0, 'what is out is not kept');
  });

  it('one message’s events come in their order', async () => {
    const message = await world.leave(ann, { text: 'in order' });
    for (const state of ['heard', 'saved', 'deleted', 'saved'])
      assert.equal((await world.ask('PATCH', `/messages/${message.id}`, { body: { state } })).status, 200);
    const mine = () =>
      program.posted.filter(({ said }) => said.type !== 'notice' && said.data['id'] === message.id);
    await program.until(() => mine().length === 5);
    const versions = mine().map(({ said }) => Number(said.data['version']));
    assert.deepEqual(
      versions,
      versions.toSorted((a, b) => a - b),
    );
  });

  it('what is given up is a dead letter, and is posted again when it is tried anew: the same, signed anew', async () => {
    program.answers.push(500, 500);
    await world.leave(ann, { text: 'again' });
    await program.until(() => program.posted.length >= 2);
    const mine = async () =>
      (await world.operating.letters.list(10)).filter(({ gateway }) => gateway === 'webhook');
    for (const end = Date.now() + 10_000; (await mine()).length < 2;) assert.ok(Date.now() < end, 'in time');
    const letters = await mine();
    assert.deepEqual(letters.map(({ kind }) => kind).toSorted(), ['event', 'notice']);
    for (const { id, lastError } of letters) {
      assert.match(String(lastError), /500/);
      assert.equal(await world.operating.letters.retry(id), true);
    }
    assert.deepEqual(await mine(), []);
    const first = program.posted.splice(0);
    // Signatures are of whole seconds.
    const second = () => Math.trunc(Date.now() / 1000);
    for (const before = second(); second() === before;) await pause(20);
    await world.runDue('texts');
    await program.until(() => program.posted.length === 2);
    for (const one of first) {
      const again = program.posted.find((other) => other.headers['webhook-id'] === one.headers['webhook-id']);
      assert.ok(again !== undefined && isSigned(again, secret));
      assert.deepEqual(again.said.data, one.said.data);
      assert.ok(Number(again.headers['webhook-timestamp']) > Number(one.headers['webhook-timestamp']));
      assert.notEqual(again.headers['webhook-signature'], one.headers['webhook-signature']);
    }
    assert.deepEqual(await mine(), []);
  });

  it('an answer that does not come, a refusal and a farewell are told apart', async () => {
    const gateway = openWebhookGateway(
      { hooks: [{ name: 'h', url: program.url, secret }], timeoutMs: 300 },
      { poster: openPoster() },
    );
    const text = {
      id: 'n',
      to: 'hook:h',
      body: '{"type":"x","data":{}}',
      about: { kind: 'event', mailbox: '-', created: new Date() },
    };
    const failure = (to = text.to) =>
      gateway.send({ ...text, to }).then(
        () => undefined,
        (error: unknown) => error,
      );
    for (const [status, code, temporary] of [
      [0, 'gateway-unavailable', true],
      [302, 'gateway-unavailable', true],
      [503, 'gateway-unavailable', true],
      [410, 'gateway-refused', false],
    ] as const) {
      program.answers.push(status);
      const error = await failure();
      assert.ok(isFault(error, code) && error.temporary === temporary, `${status}: ${String(error)}`);
    }
    assert.equal(await failure(), undefined);
    assert.ok(isFault(await failure('hook:other'), 'gateway-refused'));
    assert.ok(
      isFault(await failure('https://example.com/'), 'gateway-refused'),
      'no secret, nothing goes out',
    );
  });

  it('an address that a subscriber names never leads inside', async () => {
    const inside = openPoster({
      lookup: ((_host: string, _options: object, done: (error: null, found: object[]) => void) =>
        done(null, [{ address: '10.0.0.5', family: 4 }])) as never,
    });
    const request = { headers: {}, body: '{}', timeoutMs: 1000, trusted: false };
    for (const address of [
      'https://127.0.0.1/',
      'https://[::1]/',
      'https://169.254.169.254/latest/meta-data/',
      'https://example.com:8443/',
      'http://example.com/',
      'https://intranet.example/',
      'file:///etc/passwd',
      'no address',
    ])
      assert.deepEqual(await inside.post(address, request), { kind: 'unsafe' }, address);
    const rule = (to: string) => ({ settings: { notify: [{ gateway: 'webhook' as const, to }] } });
    const { directory } = world.serving;
    const set = async (to: string) => (await directory.changeSettings(ann.id, rule(to).settings)).kind;
    assert.equal(await set('https://hooks.example.com/a?b=c'), 'done');
    for (const to of [
      'hook:all',
      'http://hooks.example.com/',
      'https://user@h/',
      'javascript:x',
      '+12025550123',
    ])
      assert.equal(await set(to), 'invalid', to);
  });
});
