import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { openHasher } from '../../app/secrets/open.ts';
import type { LogLine } from '../../scripts/stack/controller.ts';
import { answerAndPress, pressKeys, type Presser } from '../sipp/pressing.ts';
import { paths, peopleFor, type Path, type Pressed } from './key-paths.ts';
import { access, openSystem, type System } from './system.ts';

/** Calls that begin in each second: so many that few wait, and not more than two cores can carry with the prompts. */
const perSecond = 8;

describe('Each key of each menu, by DTMF from SIPp', function () {
  this.timeout(180_000);
  let system: System;
  let hash: string;

  before(async () => {
    system = await openSystem({ standard: { operator: '+12025550100', notify: [] } });
    hash = await openHasher({ memoryKiB: 19_456, passes: 2, atOnce: 2 }).hash('482915');
  });
  after(() => system?.[Symbol.asyncDispose]());

  it('S11: calls to each key of each menu, many side by side: each does what the menus say', async () => {
    const called = paths.filter(({ way }) => way !== 'called');
    let wrong = await notPressed(called, 0, { perSecond, patience: 1 });
    const again = wrong.size;
    // SIPp hears nothing: on a busy machine its key may come before the menu does. Those callers call again, with more time.
    for (const [n, patience] of [3, 5].entries())
      wrong = await notPressed([...wrong.keys()], (n + 1) * called.length, { perSecond: 2, patience });
    assert.deepEqual([...wrong.values()], [], `of ${again} that called again`);
    assert.ok(again < called.length / 2, `${again} had to call again`);
  });

  /** Makes a call for each path; answers those whose last key was not taken as the menus say, and what was pressed in them. */
  async function notPressed(
    called: readonly Path[],
    from: number,
    { perSecond, patience }: { readonly perSecond: number; readonly patience: number },
  ): Promise<Map<Path, string>> {
    if (called.length === 0) return new Map();
    const people: Presser[] = [];
    for (const [n, path] of called.entries()) {
      const one = await peopleFor(path, from + n, system, hash);
      people.push({
        ...one,
        acts: one.acts.map((act) =>
          act !== 'speaks' && 'waitMs' in act ? { waitMs: act.waitMs * patience } : act,
        ),
      });
    }
    const { sipHost: host, sipPort: port } = system.asterisk;
    await pressKeys(people, { server: { host, port }, perSecond, stayMs: 2500 * patience });
    const callOf = await callsByNumber(
      system,
      people.map((one) => one.from),
    );
    const wrong = called.flatMap((path, n): [Path, string][] => {
      const pressed = pressedIn(system.controller.lines, callOf.get(people[n]?.from ?? '') ?? 'unknown');
      const last = pressed.at(-1);
      return last !== undefined &&
        same(last, path.presses) &&
        pressed.every(({ action }) => action !== undefined)
        ? []
        : [[path, `${told(path)}: ${JSON.stringify(pressed)}`]];
    });
    return new Map(wrong);
  }

  it('S11: and in calls that the system makes', async () => {
    const called = paths.filter(({ way }) => way === 'called');
    // SIPp is now the network behind the trunk.
    const { port } = system.network;
    await system.network[Symbol.asyncDispose]();
    const keys = [...new Set(called.map(({ presses }) => presses.key))];
    let n = 500;
    for (const key of keys) {
      await using _network = await answerAndPress(port, { key, stayMs: 2500 });
      const asked = called.filter(({ presses }) => presses.key === key);
      for (const path of asked) {
        const { own, reference } = await peopleFor(path, (n += 1), system, hash);
        const phone = await system.phone(own);
        await phone.text(access, `${path.presses.menu === 'connection' ? 'CALL' : '1'} ${reference}`);
      }
      const left = () =>
        asked.filter(
          ({ presses }) => !pressedIn(system.controller.lines, undefined).some((one) => same(one, presses)),
        );
      for (const deadline = Date.now() + 30_000; left().length > 0 && Date.now() < deadline;) await pause(50);
      assert.deepEqual(left().map(told), []);
    }
  });
});

/** The switch's ids of calls, by who called; once all of these are written down. */
async function callsByNumber(system: System, callers: readonly string[]): Promise<Map<string, string>> {
  for (const deadline = Date.now() + 15_000; ; await pause(200)) {
    const rows = (await system.store.cdrs.list({ limit: 1000 })).filter(
      ({ event, direction }) => event === 'call' && direction === 'inbound',
    );
    const found = new Map(rows.map((row) => [row.src, row.uniqueid]));
    if (callers.every((from) => found.has(from)) || Date.now() > deadline) return found;
  }
}

/** What was pressed in a call, or in any, in order. */
function pressedIn(lines: readonly LogLine[], call: string | undefined): Pressed[] {
  return lines.flatMap((line) => {
    const { menu, key, action } = line as unknown as Pressed;
    return line.msg === 'key pressed' && (call === undefined || line['call'] === call)
      ? [{ menu, key, action }]
      : [];
  });
}

function same(one: Pressed, other: Pressed): boolean {
  return one.menu === other.menu && one.key === other.key && one.action === other.action;
}

function told({ presses: { menu, key, action } }: Path): string {
  return `${menu} ${key} ${action}`;
}
