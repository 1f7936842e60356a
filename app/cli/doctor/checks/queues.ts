import { age } from '../../output/text.ts';
import { ok, warn, wrong, type Check } from '../check.ts';

/** What is due for longer is late, and for much longer stuck, in milliseconds. */
const lateMs = 120_000;
const stuckMs = 900_000;
/** Dead letters are counted as far as this. */
const mostDead = 1000;
const sample = 50;

export const queues: Check = {
  name: 'queues',
  about: 'nothing that is due waits for long; dead letters',
  async run({ store }) {
    const now = Date.now();
    const fix =
      'see that a controller runs and what its log says; work goes on by itself when the cause is gone';
    const found = (await store.queues()).flatMap(({ name, due }) => {
      const late = due === undefined ? 0 : now - due.getTime();
      if (late > stuckMs) return [wrong(`${name} are stuck: the oldest was due ${age(late)} ago`, fix)];
      return late > lateMs ? [warn(`${name} are late: the oldest was due ${age(late)} ago`, fix)] : [];
    });
    const dead = await store.deadLetters(mostDead);
    const count = dead >= mostDead ? `${mostDead} or more` : String(dead);
    if (dead > 0)
      found.push(
        warn(
          `${count} texts were given up`,
          '`answerback letter list` says why, `letter retry --all` tries anew',
        ),
      );
    return found.length > 0 ? found : [ok('nothing waits that should be done, no dead letters')];
  },
};

export const counters: Check = {
  name: 'counters',
  about: 'counters of a sample of mailboxes are as their messages are',
  async run({ store }) {
    const { looked, wrong: bad } = await store.wrongCounters(sample);
    return bad.length === 0
      ? [ok(`right in ${looked} mailboxes`)]
      : [
          warn(
            `counters of ${bad.length} of ${looked} mailboxes are wrong`,
            '`answerback mailbox recount --all` counts anew; a running controller does so by itself, in turn',
          ),
        ];
  },
};
