/** Those who run the system: made, changed, removed; who of them signs in by password and one-time password. */
import { operatorNamePattern, passwordProblem, type PasswordProblem } from '../core/access/operator.ts';
import type { OperatorRole } from '../core/access/principal.ts';
import { webAskerKey } from '../core/access/web-asker.ts';
import { manyRule, pairRule } from '../core/lockout/lockout.ts';
import type { AttemptStore } from '../ports/attempts.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { Hasher } from '../ports/hasher.ts';
import type { Log } from '../ports/log.ts';
import type { Operator, OperatorStore } from '../ports/operators.ts';
import type { SessionStore } from '../ports/sessions.ts';
import type { Totp } from '../ports/totp.ts';
import { createTries, type Limit, type Tries } from './attempt.ts';
import type { Auditor } from './audit.ts';
import { once } from './once.ts';

export interface OperatorDeps {
  readonly store: {
    readonly operators: OperatorStore;
    readonly attempts: AttemptStore;
    readonly sessions: Pick<SessionStore, 'removeAll'>;
  };
  readonly hasher: Hasher;
  readonly totp: Totp;
  readonly auditor: Auditor;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export type OperatorMade =
  /** `url`: for the authenticator, shown once. */
  | { readonly kind: 'made'; readonly url: string }
  | { readonly kind: 'name' }
  | { readonly kind: 'taken' }
  | { readonly kind: 'password'; readonly why: PasswordProblem };

export type OperatorReset =
  | { readonly kind: 'set'; readonly url?: string }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'password'; readonly why: PasswordProblem };

export type OperatorLogin =
  | { readonly kind: 'in'; readonly operator: Operator }
  /** Name, password or one-time password; nothing more is said. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'locked'; readonly until: Date };

/** Whether they are who they are said to be, by the password alone. */
export type OperatorProof = { readonly kind: 'right' | 'wrong' } | Extract<OperatorLogin, { kind: 'locked' }>;

/** `last-admin`: nobody could make another then. */
export type OperatorEnded = 'done' | 'unknown' | 'last-admin';

/** What can be seen of an operator. */
export type OperatorFacts = Omit<Operator, 'hash' | 'totp' | 'leaving'>;

export interface Operators {
  add(name: string, role: OperatorRole, password: string, by: string): Promise<OperatorMade>;
  /** Those after the name. */
  list(after: string | undefined, limit: number): Promise<OperatorFacts[]>;
  get(name: string): Promise<OperatorFacts | undefined>;
  /** Ends their sessions too. */
  remove(name: string, by: string): Promise<OperatorEnded>;
  /** Sessions have the new role from the next request on. */
  setRole(name: string, role: OperatorRole, by: string): Promise<OperatorEnded>;
  /** A new password, a new secret of the authenticator, or both; ends waits and sessions. */
  reset(
    name: string,
    what: { readonly password?: string; readonly totp?: boolean },
    by: string,
  ): Promise<OperatorReset>;
  /**
   * Of somebody who is signed in: whoever sits down at their browser does not know it. Wrong tries count for themselves:
   * who guesses at the door cannot keep those inside from changing the lock.
   * @param address of the internet, for the audit
   */
  prove(name: string, password: string, address: string): Promise<OperatorProof>;
  /** @param address of the internet, that wrong tries count against */
  login(name: string, password: string, code: string, address: string): Promise<OperatorLogin>;
}

export function createOperators(deps: OperatorDeps): Operators {
  const { store, hasher, totp, auditor, clock } = deps;
  const tries = createTries(deps);
  const decoy = once(() => hasher.hash(deps.random.digits(40)));
  const note = (outcome: string, name: string, by: string): void =>
    auditor.note({ event: 'operator', outcome, caller: 'operator', by, subject: name });
  return {
    async add(name, role, password, by) {
      if (!operatorNamePattern.test(name)) return { kind: 'name' };
      const why = passwordProblem(password, name);
      if (why !== undefined) return { kind: 'password', why };
      const [secret, now] = [totp.secret(), clock.now()];
      const hash = await hasher.hash(password);
      const fresh = { name, role, hash, totp: secret, created: now, set: now };
      if (!(await store.operators.insert(fresh))) return { kind: 'taken' };
      note('operator-made', name, by);
      return { kind: 'made', url: totp.url(name, secret) };
    },
    list: async (after, limit) => (await store.operators.list(after, limit)).map(factsOf),
    async get(name) {
      const found = await store.operators.get(name);
      return found && factsOf(found);
    },
    async remove(name, by) {
      if (!(await mayLeave(deps, name))) return 'last-admin';
      const removed = await store.operators.remove(name);
      await store.sessions.removeAll({ operator: name });
      if (removed) note('operator-removed', name, by);
      return removed ? 'done' : 'unknown';
    },
    async setRole(name, role, by) {
      if (role !== 'admin' && !(await mayLeave(deps, name))) return 'last-admin';
      // Whoever is said to be one once more may be on the way out by another's request.
      const mark = role === 'admin' ? {} : { leaving: stays };
      const changed = await store.operators.change(name, { role, ...mark });
      if (changed) note(`operator-role-${role}`, name, by);
      return changed ? 'done' : 'unknown';
    },
    async reset(name, what, by) {
      const done = await reset(deps, name, what);
      if (done.kind === 'set') note('operator-reset', name, by);
      return done;
    },
    prove: (name, password, address) => prove({ ...deps, tries, decoy }, { name, password, address }),
    login: (name, password, code, address) =>
      login({ ...deps, tries, decoy }, { name, password, code, address }),
  };
}

function factsOf({ hash: _hash, totp: _totp, leaving: _leaving, ...facts }: Operator): OperatorFacts {
  return facts;
}

const stays = new Date(0);
/** Whoever is marked as leaving has left by then, or the change has failed, in milliseconds. */
const leavingMs = 60_000;
/** Read from the store at once. */
const page = 100;

/**
 * Marks an administrator as leaving, unless no other stays. First the mark, then the look at the others: of two who take away each
 * other at once neither is gone, or one.
 */
async function mayLeave({ store, clock }: OperatorDeps, name: string): Promise<boolean> {
  const before = (await admins(store.operators)).find((one) => one.name === name);
  if (before === undefined) return true;
  await store.operators.change(name, { leaving: clock.now() });
  const since = clock.now().getTime() - leavingMs;
  const others = (await admins(store.operators)).filter(
    (one) => one.name !== name && (one.leaving ?? stays).getTime() < since,
  );
  // The mark of another request for the same one stays: that one may be under way.
  if (others.length === 0) await store.operators.change(name, { leaving: before.leaving ?? stays });
  return others.length > 0;
}

/** They are few; their secrets are not opened. */
async function admins(operators: OperatorStore): Promise<Operator[]> {
  const all: Operator[] = [];
  for (let after: string | undefined; ;) {
    const found = await operators.list(after, page);
    all.push(...found.filter(({ role }) => role === 'admin'));
    after = found.at(-1)?.name;
    if (found.length < page) return all;
  }
}

async function reset(
  { store, hasher, totp, clock }: OperatorDeps,
  name: string,
  what: { readonly password?: string; readonly totp?: boolean },
): Promise<OperatorReset> {
  const { password } = what;
  const why = password === undefined ? undefined : passwordProblem(password, name);
  if (why !== undefined) return { kind: 'password', why };
  const secret = what.totp === true ? totp.secret() : undefined;
  const changed = await store.operators.change(name, {
    set: clock.now(),
    ...(password === undefined ? {} : { hash: await hasher.hash(password) }),
    ...(secret === undefined ? {} : { totp: secret }),
  });
  if (!changed) return { kind: 'unknown' };
  await Promise.all([
    store.sessions.removeAll({ operator: name }),
    store.attempts.clear(everybodyKey(name)),
    store.attempts.clearAll(pairPrefix(name)),
  ]);
  return { kind: 'set', ...(secret === undefined ? {} : { url: totp.url(name, secret) }) };
}

const everybodyKey = (name: string): string => `operator-all:${name}`;
const pairPrefix = (name: string): string => `operator:${name}:`;
/** No address is called so. */
const proofKey = (name: string): string => `${pairPrefix(name)}proof`;

/** One name by everybody, all names by one address, and both together, as of PINs. */
function limitsOf(name: string, caller: string): Limit[] {
  return [
    { key: everybodyKey(name), rule: manyRule },
    { key: `operator-caller:${caller}`, rule: manyRule },
    { key: `${pairPrefix(name)}${caller}`, rule: pairRule },
  ];
}

interface LoginDeps extends OperatorDeps {
  readonly tries: Tries;
  /** A hash that nothing is right for: names that there are not take as long as those that there are. */
  readonly decoy: () => Promise<string>;
}

interface Claim {
  readonly name: string;
  readonly password: string;
  readonly address: string;
}

async function prove(deps: LoginDeps, { name, password, address }: Claim): Promise<OperatorProof> {
  const caller = webAskerKey(address);
  const as = { name, caller, limits: [{ key: proofKey(name), rule: pairRule }] };
  const done = await tried(deps, as, async () => (await known(deps, name, password))?.operator);
  if (done.kind === 'locked') return done;
  return { kind: done.operator === undefined ? 'wrong' : 'right' };
}

async function login(deps: LoginDeps, given: Claim & { readonly code: string }): Promise<OperatorLogin> {
  // A name that none can have shares one count: keys are bounded.
  const name = operatorNamePattern.test(given.name) ? given.name : '?';
  const caller = webAskerKey(given.address);
  const as = { name, caller, limits: limitsOf(name, caller), right: 'in' };
  const done = await tried(deps, as, () => judge(deps, name, given));
  if (done.kind === 'locked') return done;
  if (done.operator === undefined) return { kind: 'refused' };
  // Whoever guessed at their open browser keeps them out of nothing.
  await deps.store.attempts.clear(proofKey(name));
  return { kind: 'in', operator: done.operator };
}

interface Trier {
  readonly name: string;
  /** For the audit. */
  readonly caller: string;
  /** That a wrong try counts against. */
  readonly limits: readonly Limit[];
  /** What the audit says if it was right; absent: nothing. */
  readonly right?: string;
}

/** Counts a try, unless it has to wait, and takes it back where it was right. */
async function tried(
  { tries, auditor }: LoginDeps,
  { name, caller, limits, right }: Trier,
  judged: () => Promise<Operator | undefined>,
): Promise<Extract<OperatorLogin, { kind: 'locked' }> | { kind: 'judged'; operator: Operator | undefined }> {
  const note = (outcome: string): void =>
    auditor.note({ event: 'operator-login', outcome, caller, by: name });
  const begun = await tries.count(limits);
  if (begun.kind === 'locked') {
    note('locked');
    return begun;
  }
  const operator = await judged();
  if (operator === undefined) note('wrong');
  else {
    if (right !== undefined) note(right);
    tries.takeBack({ id: pairPrefix(name) }, begun.attempt, 'proven');
  }
  return { kind: 'judged', operator };
}

/** Whose password it is. Names that there are not take as long as those that there are. */
async function known({ store, hasher, decoy }: LoginDeps, name: string, password: string) {
  const operator = await store.operators.get(name);
  const verdict = await hasher.verify(operator?.hash ?? (await decoy()), password);
  return operator === undefined || verdict === 'wrong' ? undefined : { operator, verdict };
}

/** The operator whose password and one-time password these are; the latter is used up by that. */
async function judge(
  deps: LoginDeps,
  name: string,
  { password, code }: { readonly password: string; readonly code: string },
): Promise<Operator | undefined> {
  const { store, hasher, totp, clock, log } = deps;
  const found = await known(deps, name, password);
  if (found === undefined) return undefined;
  const { operator, verdict } = found;
  const now = clock.now();
  const counter = totp.counterOf(operator.totp, code, now);
  if (counter === undefined || !(await store.operators.useCounter(name, counter, now))) return undefined;
  if (verdict === 'outdated')
    await store.operators
      .rehash(name, operator.hash, await hasher.hash(password))
      .catch((error: unknown) => log.warn('a hash of a password stays as it was made', { error }));
  return operator;
}
