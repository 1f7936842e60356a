import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { openController, type Controller } from '../../scripts/stack/controller.ts';
import { speech } from '../audio/speech.ts';
import { answerback } from '../cli/command.ts';
import { readEvents, type EventReader } from '../gateways/web/event-reader.ts';
import { leaveMessage } from './leave-message.ts';
import { openSystem, type System } from './system.ts';

const bob = '+12025550121';
type Body = ReturnType<typeof JSON.parse>;

describe('What happens at one controller, seen at another', function () {
  this.timeout(90_000);
  let system: System;
  let other: Controller;
  let headers: Record<string, string>;
  const open: EventReader[] = [];
  before(async () => {
    system = await openSystem({
      config: { speech: { recognise: 'none' } },
      standard: { welcome: false, notify: [] },
    });
    other = await openOther(system);
    const env = { MONGODB_URL: system.local.url, ANSWERBACK_CONFIG: system.controller.file };
    const scopes = 'messages:read,messages:write,mailboxes:read,operations:read,cdrs:read';
    const made = await answerback(['key', 'add', 'watcher', '--scopes', scopes, '--json'], { env });
    assert.equal(made.code, 0, made.errors);
    headers = { authorization: `Bearer ${String(made.json()['key'])}` };
  });
  after(async () => {
    for (const one of open) await one[Symbol.asyncDispose]();
    await other?.[Symbol.asyncDispose]();
    await system[Symbol.asyncDispose]();
  });

  const follow = async ({ web }: Controller): Promise<EventReader> => {
    const reader = await readEvents(`${web}/v1/events`, headers);
    assert.equal(reader.response.status, 200);
    open.push(reader);
    return reader;
  };
  const callsAt = async ({ web }: Controller): Promise<Body[]> => {
    const { items, whole } = (await (await fetch(`${web}/v1/calls`, { headers })).json()) as Body;
    assert.equal(whole, true);
    return items;
  };
  const until = async (fits: (calls: Body[]) => boolean): Promise<Body[]> => {
    for (const late = Date.now() + 30_000; ;) {
      const calls = await callsAt(other);
      if (fits(calls)) return calls;
      assert.ok(Date.now() < late, JSON.stringify(calls));
    }
  };

  it('a call is told of and listed while it lasts, and its message is told of at once', async () => {
    const [here, there] = [await follow(system.controller), await follow(other)];
    const caller = await system.phone('+12025550123');
    const call = await caller.call(bob);
    await call.up();
    const { data } = await there.next('call.answered');
    assert.deepEqual([data['node'], data['from']], ['home', '+12025550123']);
    const [listed, ...more] = await until((calls) => calls[0]?.answered !== undefined);
    const { id, started, answered } = listed;
    assert.deepEqual([listed.node, listed.direction, listed.trunk, more], ['home', 'inbound', 'trunk', []]);
    assert.deepEqual(
      (await callsAt(system.controller)).map((one) => [one.id, one.started, one.answered]),
      [[id, started, answered]],
    );
    await call.hangup();
    await there.next((event) => event.type === 'call.ended' && event.data['id'] === id);
    await until((calls) => calls.length === 0);
    await leaveMessage(caller, bob, await speech('Please call me back.'));
    const { data: left } = await there.next(
      (event) => event.type === 'message.new' && (event.data['item'] as Body).kind === 'voice',
    );
    const kinds = new Set(there.seen.map(({ type }) => type));
    assert.ok(kinds.has('call.began'));
    const body = JSON.stringify({ kind: 'text', text: 'from the other side' });
    const path = `/v1/mailboxes/${String(left['mailbox'])}/messages`;
    const asked = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body };
    const { message } = (await (await fetch(`${other.web}${path}`, asked)).json()) as Body;
    await here.next((event) => event.type === 'message.new' && event.data['id'] === message);
    // In one order, whoever hears it.
    const order = (of: EventReader) => of.seen.map((event) => event.id);
    await there.next((event) => event.type === 'message.new' && event.data['id'] === message);
    const both = order(here).filter((one) => order(there).includes(one));
    assert.deepEqual(
      both,
      order(there).filter((one) => both.includes(one)),
    );
    assert.ok(both.length > 3, both.join());
  });
});

/** Over the same store, and with no switch. */
async function openOther({ controller, directory, local }: System): Promise<Controller> {
  const first = parse(await readFile(controller.file, 'utf8'));
  const folder = join(directory, 'other');
  const nobody = { host: '127.0.0.1', port: 9, user: 'nobody' };
  return openController({
    directory: folder,
    config: {
      ...first,
      node: 'other',
      spool: { directory: join(folder, 'deposits') },
      asterisk: {
        ...first.asterisk,
        url: 'http://127.0.0.1:9',
        spool: join(folder, 'spool'),
        manager: nobody,
      },
      web: { port: 0 },
    },
    env: { MONGODB_URL: local.url, ASTERISK_ARI_PASSWORD: 'none', ASTERISK_AMI_PASSWORD: 'none' },
  });
}
