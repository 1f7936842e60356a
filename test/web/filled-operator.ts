/** A system as an operator has it after some weeks, with something in every part of it. */
import { randomUUID } from 'node:crypto';
import { TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { loadConfig } from '../../app/config.ts';
import type { Cdr } from '../../app/core/account/cdr.ts';
import { Fault } from '../../app/core/errors.ts';
import type { E164, MailboxId } from '../../app/core/ids.ts';
import type { Endpoint } from '../../app/ports/endpoints.ts';
import type { TextGateway } from '../../app/ports/gateway.ts';
import type { Store } from '../../app/ports/store.ts';
import { createBilling } from '../../app/services/billing.ts';
import { createNodeWatch } from '../../app/services/watch-nodes.ts';
import { systemClock } from '../../app/telemetry/system-clock.ts';
import { systemRandom } from '../../app/telemetry/system-random.ts';
import { silentLog } from '../ports/silent-log.ts';
import { sampleCdr, sampleNotification } from '../storage/sample.ts';
import { openPageWorld, type PageWorld } from './world.ts';

const minute = 60_000;
const day = 86_400_000;
const ago = (ms: number): Date => new Date(Date.now() - ms);
export const password = 'correct horse battery staple';

/** A hook that takes what it is told, and one that is away. */
const webhook: TextGateway = {
  name: 'webhook',
  async send({ to }) {
    if (to === 'hook:warehouse')
      throw new Fault('gateway-unavailable', 'webhook: answered 503', { temporary: true });
    return {};
  },
};

const endpoints: readonly Endpoint[] = [
  { name: 'carrier-east', state: 'online', calls: 14 },
  { name: 'carrier-west', state: 'offline', calls: 0 },
  { name: 'desk-101', state: 'online', calls: 1 },
  { name: 'desk-102', state: 'offline', calls: 0 },
  { name: 'reception', state: 'online', calls: 0 },
];

export async function openFilledWorld() {
  const { config } = loadConfig(undefined, {});
  const trunk = config.trunks[0]!;
  const world = await openPageWorld({
    config: {
      node: 'geneva',
      trunks: [
        { ...trunk, name: 'carrier-east' },
        { ...trunk, name: 'carrier-west' },
      ],
      webhooks: {
        ...config.webhooks,
        hooks: [
          {
            name: 'crm',
            url: 'https://crm.example.com/answerback',
            events: ['message.new', 'message.removed'],
          },
          { name: 'warehouse', url: 'https://hooks.warehouse.example/in' },
        ],
      },
    },
    gateways: [webhook],
    endpoints: { list: async () => endpoints },
    operating: (own, store) => ({
      ...own,
      calls: { list: async () => ({ calls: callsNow(), whole: true }) },
      nodes: { self: own.nodes.self, ...createNodeWatch({ store }, peers, outboxes) },
      roaming: {
        visits: (after, limit) => store.replication.visitPage(after, limit),
        report: async () => Promise.reject(new Error('nobody reports here')),
      },
    }),
  });
  return world;
}

const peers = [
  { name: 'lausanne', prefixes: ['+4121'] },
  { name: 'zurich', prefixes: ['+4143', '+4144'] },
  { name: 'basel', prefixes: ['+4161'] },
];
const outboxes = new Map([
  ['lausanne', { waiting: 0, lag: () => 0, failing: false }],
  ['zurich', { waiting: 12, lag: () => 0.4, failing: false }],
  ['basel', { waiting: 318, lag: () => 1250, failing: true }],
]);

const callsNow = () => [
  {
    id: '1795854600.7',
    node: 'geneva',
    direction: 'inbound' as const,
    trunk: 'carrier-east',
    from: '+12025557788',
    to: '+12025551003',
    started: ago(95_000),
    answered: ago(88_000),
  },
  {
    id: '1795854600.9',
    node: 'geneva',
    direction: 'inbound' as const,
    trunk: 'carrier-east',
    to: '+12025551001',
    started: ago(31_000),
    answered: ago(27_000),
  },
  {
    id: '1795854600.11',
    node: 'geneva',
    direction: 'outbound' as const,
    trunk: 'carrier-east',
    from: '+12025550199',
    to: '+12025551006',
    started: ago(6_000),
  },
];

const people = [
  'Ana Torres',
  'Bo Nilsen',
  'Leila Haddad',
  'Tomás Rey',
  'Chen Wei',
  'Marta Weiss',
  'Rosa Lindqvist',
  'Samuel Okafor',
  'Ingrid Bauer',
  'Harbour Insurance',
];

export async function fillSystem(world: PageWorld): Promise<void> {
  const { store, operating } = world;
  const boxes = [];
  for (const name of people) boxes.push(await world.subscriber(name));
  await fillBooks(
    world,
    boxes.map(({ number }) => number),
  );
  for (const [i, box] of boxes.slice(0, 6).entries())
    for (let n = 0; n <= i % 3; n += 1)
      await world.leave(box, {
        kind: 'text',
        from: { number: '+12025557788', private: false },
        text: 'Hello',
      });
  for (let n = 0; n < 3; n += 1) {
    const { id } = await world.leave(boxes[7]!, { kind: 'text', from: { private: true }, text: 'Old' });
    await store.messages.setState(id, 'deleted', ago(400 * day));
  }
  await operating.directory.update(boxes[3]!.id, { status: 'suspended' });
  await operating.holds.holdMailbox(boxes[6]!.id, 'case 26-0417');
  await postBooks(store);
  await fillQueues(
    world,
    boxes.map(({ id }) => id),
  );
  await fillAudit(world);
  await store.retention.noteSweep({
    ended: ago(7 * 3_600_000),
    tookMs: 48_200,
    purged: 1204,
    compressed: 311,
    archived: 96,
    held: 12,
    failed: 0,
  });
  await store.retention.noteSweep({
    ended: ago(4 * minute),
    tookMs: 38,
    purged: 0,
    compressed: 0,
    archived: 0,
    held: 0,
    failed: 0,
  });
  for (const [i, node] of [
    [4, 'zurich'],
    [5, 'lausanne'],
  ] as const)
    await store.replication.putVisit({ number: boxes[i]!.number, node, since: ago((i + 1) * 310 * minute) });
  await operating.keys.add({ name: 'CRM', scopes: ['messages:read', 'mailboxes:read'] }, 'alice');
  const old = await operating.keys.add({ name: 'Billing export', scopes: ['cdrs:read'] }, 'alice');
  await operating.keys.revoke(old.key.id, 'alice');
}

async function fillBooks({ store }: PageWorld, numbers: readonly E164[]): Promise<void> {
  const rows: Cdr[] = [];
  for (let back = 0; back < 30; back += 1)
    for (let i = 0; i < 6 + ((back * 7) % 9) - (back % 7 < 2 ? 4 : 0); i += 1) {
      const start = ago(back * day + i * 17 * minute);
      const seconds = 9 + ((i * 31 + back * 13) % 140);
      const disposition = i % 7 === 5 ? 'NO ANSWER' : 'ANSWERED';
      rows.push(
        sampleCdr({
          start,
          answer: start,
          end: new Date(start.getTime() + seconds * 1000),
          duration: seconds,
          billsec: disposition === 'ANSWERED' ? seconds : 0,
          disposition,
          src: `+4179${5_550_000 + ((i * 7919 + back * 104_729) % 9999)}`,
          dst: numbers[(i + back) % numbers.length]!,
          channel: i % 3 === 2 ? 'carrier-west' : 'carrier-east',
        }),
      );
    }
  // At any hour: others come of texts alone that are sent while nobody's quiet hours are.
  const text = { event: 'text-out', duration: 0, billsec: 0, dst: numbers[0]! } as const;
  rows.unshift(sampleCdr({ ...text, start: ago(minute), answer: ago(minute), end: ago(minute) }));
  await store.cdrs.insert(rows.reverse());
  await postBooks(store);
}

/** What was written down gets its number and is summed up, as a worker does. */
async function postBooks(store: Store): Promise<void> {
  const billing = createBilling({
    store,
    rates: [],
    timeZone: 'UTC',
    cdrDays: 4000,
    summaryDays: 4000,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
  });
  await billing.post(new AbortController().signal);
}

async function fillQueues({ store }: PageWorld, boxes: readonly MailboxId[]): Promise<void> {
  const given: readonly (readonly [to: string, gateway: 'sip' | 'email' | 'webhook', why: string])[] = [
    ['+12025551004', 'sip', 'sip: 404 from the registrar'],
    ['rosa@example.org', 'email', 'email: 550 5.1.1 no such user here'],
    ['hook:warehouse', 'webhook', 'webhook: answered 503'],
  ];
  for (const [i, [to, gateway, why]] of given.entries()) {
    const letter = sampleNotification({
      mailbox: boxes[i]!,
      to,
      gateway,
      kind: gateway === 'webhook' ? 'event' : 'notice',
      tries: 8,
      created: ago((i + 3) * 47 * minute),
    });
    await store.notifications.ensure(letter);
    await store.notifications.failed(letter.id, undefined, why);
  }
  for (let i = 0; i < 5; i += 1) {
    const made = ago((4 + i) * minute);
    await store.notifications.ensure(
      sampleNotification({
        mailbox: boxes[i]!,
        gateway: i < 3 ? 'webhook' : 'sip',
        to: i < 3 ? 'hook:warehouse' : '+12025551005',
        status: 'failed',
        tries: 2,
        due: made,
        created: made,
      }),
    );
  }
}

async function fillAudit({ store }: PageWorld): Promise<void> {
  const events = [
    { event: 'login', outcome: 'in', caller: '+12025551001' },
    { event: 'login', outcome: 'wrong', caller: '+12025557788' },
    { event: 'operator-login', outcome: 'locked', caller: '203.0.113.9', by: 'mallory' },
    { event: 'operator', outcome: 'class-changed', caller: 'operator', by: 'alice', subject: 'gold' },
    { event: 'roaming', outcome: 'away', caller: 'lausanne' },
  ] as const;
  await store.audit.insert(
    events.map((one, i) => ({ id: randomUUID(), at: ago((i + 1) * 83 * minute), ...one })),
    90,
  );
}

/** Somebody guesses until they have to wait. */
export async function guessAt({ serving }: PageWorld, number: E164): Promise<void> {
  const mailbox = await serving.directory.get(number);
  const stranger = { key: 'web:203.0.113.4', trusted: false };
  for (let n = 0; n < 3; n += 1) await serving.authentication.login(mailbox!, '0000', stranger);
}

/** Makes an operator and answers the secret of their authenticator. */
export async function operatorOf(world: PageWorld, name: string): Promise<string> {
  const made = await world.operators.add(name, 'admin', password, 'test');
  if (made.kind !== 'made') throw new Error(made.kind);
  return new URL(made.url).searchParams.get('secret') ?? '';
}

/** A code is good for one sign-in: each operator signs in once. */
export async function signInOperator(page: Page, name: string, secret: string): Promise<void> {
  await page.locator('input[autocomplete=username]').fill(name);
  await page.locator('input[type=password]').fill(password);
  await page.locator('input[autocomplete=one-time-code]').fill(new TOTP({ secret }).generate());
  await page.locator('button[type=submit]').click();
  await page.locator('.desk-nav').waitFor();
}
