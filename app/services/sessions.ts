/** Sessions of the web: begun, found by their token, ended. */
import type { Session, SessionHolder, SessionsOf, SessionStore } from '../ports/sessions.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Tokens } from '../ports/tokens.ts';

/** 256 bits. */
const tokenBytes = 32;
/** That a session was used is noted at most once in so long, in milliseconds. */
const noteMs = 60_000;

export interface SessionDeps {
  readonly store: { readonly sessions: SessionStore };
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly log: Log;
  readonly rule: SessionRule;
}

/** How long sessions last. */
export interface SessionRule {
  /** Until one ends that nobody uses. */
  readonly idleMinutes: number;
  /** Until one ends in any case. */
  readonly hours: number;
  /** The same of operators. */
  readonly operatorIdleMinutes: number;
  readonly operatorHours: number;
}

export interface Sessions {
  /**
   * A new session with a token of its own, whatever the browser had before.
   * @param until ends no later than then
   */
  begin(
    holder: SessionHolder,
    more?: { readonly until?: Date; readonly mustChangePin?: boolean },
  ): Promise<{ readonly token: string; readonly session: Session }>;
  /** The session of a token, if it holds; notes that it was used. */
  find(token: string): Promise<Session | undefined>;
  /** False if there was none. */
  end(token: string): Promise<boolean>;
  /** Answers how many have ended. */
  endAll(of: SessionsOf): Promise<number>;
}

const minuteMs = 60_000;

export function createSessions(deps: SessionDeps): Sessions {
  const { store, tokens, clock } = deps;
  return {
    async begin(holder, more = {}) {
      const now = clock.now();
      const { idleMs, longestMs } = lasting(deps.rule, holder);
      const longest = now.getTime() + longestMs;
      const until = new Date(Math.min(longest, more.until?.getTime() ?? longest));
      const token = tokens.make(tokenBytes);
      const session: Session = {
        id: tokens.digest(token),
        holder,
        created: now,
        lastSeen: now,
        expires: new Date(Math.min(until.getTime(), now.getTime() + idleMs)),
        until,
        ...(more.mustChangePin === true ? { mustChangePin: true } : {}),
      };
      await store.sessions.insert(session);
      return { token, session };
    },
    find: (token) => find(deps, token),
    async end(token) {
      return isToken(token) && (await store.sessions.remove(tokens.digest(token)));
    },
    endAll: (of) => store.sessions.removeAll(of),
  };
}

async function find(deps: SessionDeps, token: string): Promise<Session | undefined> {
  const { store, tokens, clock, log } = deps;
  if (!isToken(token)) return undefined;
  const session = await store.sessions.get(tokens.digest(token));
  const now = clock.now();
  if (session === undefined || session.expires <= now || session.until <= now) return undefined;
  const { idleMs } = lasting(deps.rule, session.holder);
  if (now.getTime() - session.lastSeen.getTime() < Math.min(noteMs, idleMs / 4)) return session;
  const expires = new Date(Math.min(session.until.getTime(), now.getTime() + idleMs));
  store.sessions
    .touch(session.id, now, expires)
    .catch((error: unknown) => log.debug('it is not noted that a session was used', { error }));
  return { ...session, lastSeen: now, expires };
}

function lasting(rule: SessionRule, { kind }: SessionHolder) {
  const [idle, hours] =
    kind === 'operator' ? [rule.operatorIdleMinutes, rule.operatorHours] : [rule.idleMinutes, rule.hours];
  return { idleMs: idle * minuteMs, longestMs: hours * 60 * minuteMs };
}

/** What is no token of ours is not even looked for. */
function isToken(text: string): boolean {
  return /^[\w-]{43}$/.test(text);
}
