import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { guessingCost, referenceSpace } from '../../app/core/reference/guessing.ts';
import { makeReference, referenceLength } from '../../app/core/reference/reference.ts';
import { createRetrieval } from '../../app/services/retrieve.ts';
import { guessingTable, withGuessing } from '../../scripts/guessing-page.ts';
import { silentLog } from '../ports/silent-log.ts';
import { openTestStore } from '../storage/local-store.ts';
import { sampleMailbox, sampleMessage } from '../storage/sample.ts';

const limits = { maxWrong: 5, windowMinutes: 15 };
/** Only these can be drawn here, so that there is something to hit. */
const space = 1000;
const live = 150;
const start = Date.UTC(2026, 0, 2);
const hours = 12;

/** The same numbers in each run, evenly over `below`. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function shuffled(count: number, random: (below: number) => number): number[] {
  const all = Array.from({ length: count }, (_, n) => n);
  for (let i = count - 1; i > 0; i -= 1) {
    const j = random(i + 1);
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
}

describe('How far guessing references gets, as docs/security.md has it', function () {
  this.timeout(120_000);

  it('the page is what npm run guessing:docs makes', () => {
    const page = readFileSync('docs/security.md', 'utf8');
    assert.equal(withGuessing(page), page);
    assert.ok(page.includes(guessingTable()));
    assert.equal(referenceSpace, 10 ** (referenceLength - 1));
  });

  it('the mean place of the first hit is that of guessing in every order', () => {
    const random = seeded(7);
    let tries = 0;
    const rounds = 3000;
    for (let round = 0; round < rounds; round += 1)
      tries += 1 + shuffled(50, random).findIndex((guess) => guess < 4);
    const { triesToHit } = guessingCost({ ...limits, space: 50, live: 4, callers: 1 });
    assert.ok(Math.abs(tries / rounds / triesToHit - 1) < 0.05, `${tries / rounds} ~ ${triesToHit}`);
  });

  it('against the real limits on a real store: as many are judged, and as few hit, as is said', async () => {
    await using test = await openTestStore();
    const { store } = test;
    const { mailbox } = await store.mailboxes.findOrCreate(sampleMailbox());
    const random = seeded(11);
    const late = new Date(start + 30 * 86_400_000);
    const nth = (n: number) => makeReference(String(500_000_000 + n));
    await Promise.all(
      shuffled(space, random)
        .slice(0, live)
        .map((n) =>
          store.messages.insert({
            ...sampleMessage({ mailbox: mailbox.id, referenceExpires: late }),
            reference: nth(n),
            expires: late,
          }),
        ),
    );
    let now = start;
    const retrieval = createRetrieval({
      store,
      clock: { now: () => new Date(now) },
      log: silentLog,
      lamps: { publish: async () => undefined },
      account: { message: () => undefined },
      limits,
    } as never);
    const guesses = shuffled(space, random);
    let [wrong, hits] = [0, 0];
    // Somebody calls every five minutes and goes on until nothing is judged any more.
    for (; now < start + hours * 3_600_000; now += 300_000) {
      for (;;) {
        const guess = guesses[wrong + hits];
        assert.ok(guess !== undefined);
        const { kind } = await retrieval.open(nth(guess), { key: 'trunk:+13035550100', trusted: false });
        if (kind === 'locked') break;
        assert.ok(kind === 'wrong' || kind === 'not-yours', kind);
        if (kind === 'wrong') wrong += 1;
        else hits += 1;
      }
    }
    const cost = guessingCost({ ...limits, space, live, callers: 1 });
    assert.equal(wrong, (cost.triesADay * hours) / 24);
    const share = (wrong + hits) / hits / cost.triesToHit;
    assert.ok(
      share > 0.65 && share < 1.5,
      `${hits} hits of ${wrong + hits}, expected one in ${cost.triesToHit}`,
    );
  });
});
