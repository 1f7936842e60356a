/** The access number: a reference opens its message, `#` the caller's own mailbox, `*` another one. */
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import type { PlayItem } from '../core/prompt/play-item.ts';
import type { PromptName } from '../core/prompt/prompt-name.ts';
import { referenceLength } from '../core/reference/reference.ts';
import type { Call } from '../ports/media.ts';
import type { Asker, OpenResult } from '../services/retrieve.ts';
import { askDigits } from './ask-digits.ts';
import { askerOf } from './asker.ts';
import { prompt, tell, say, type Caller, type FlowDeps, type Outcome } from './flow.ts';
import { playDialogue } from './listen.ts';
import { letIn, loginToMailbox } from './login.ts';

/** What one round of the question came to; `undefined`: ask again, after `said`. */
interface Round {
  readonly outcome?: Outcome;
  readonly said?: readonly PlayItem[];
}

export async function accessDialogue(call: Call, caller: Caller, deps: FlowDeps): Promise<Outcome> {
  await call.answer();
  const { language } = deps;
  let said: readonly PlayItem[] = [];
  for (let tries = 0; tries < deps.referenceTries; tries += 1) {
    await dropHash(call, language, tries);
    const typed = await call.gather({
      language,
      items: [...said, prompt('enter-reference')],
      judge: (digits) =>
        /^[#*]|#$/.test(digits) || digits.length >= referenceLength ? 'complete' : undefined,
      firstDigitMs: 8000,
      nextDigitMs: 4000,
    });
    if (typed.kind === 'gone' || typed.kind === 'aborted') return { did: 'abandoned' };
    const round = await obey(call, typed.digits, caller, deps);
    if (round.outcome !== undefined) return round.outcome;
    said = round.said ?? [];
  }
  await say(call, { language }, ...said, prompt('goodbye'));
  return { did: 'refused' };
}

/** The `#` that closed a reference came after its last digit; it is no wish for one's mailbox. */
async function dropHash(call: Call, language: string, tries: number): Promise<void> {
  if (tries > 0) await call.play([], { language, until: '#' });
}

function obey(call: Call, typed: string, caller: Caller, deps: FlowDeps): Promise<Round> | Round {
  if (typed === '') return {};
  if (typed.startsWith('#')) return ownMailbox(call, caller, deps);
  if (typed.startsWith('*')) return otherMailbox(call, caller, deps);
  return openReference(call, typed.replace(/#$/, ''), caller, deps);
}

async function ownMailbox(call: Call, caller: Caller, deps: FlowDeps): Promise<Round> {
  const number = caller.number;
  const mailbox = number === undefined ? undefined : await deps.mailboxes.find(number);
  if (mailbox === undefined) return otherMailbox(call, caller, deps);
  return enter(call, mailbox, caller, deps);
}

async function otherMailbox(call: Call, caller: Caller, deps: FlowDeps): Promise<Round> {
  const { language } = deps;
  const typed = await askDigits(call, { language, items: [prompt('enter-mailbox')] });
  if (typed.kind === 'gone') return { outcome: { did: 'abandoned' } };
  if (typed.kind === 'left') return {};
  if (typed.kind === 'deaf') return { outcome: { did: 'refused' } };
  const trunk = deps.trunks.find(({ name }) => name === call.facts.trunk);
  const number = deps.plan.parse(typed.digits, trunk?.country);
  const mailbox = number === undefined ? undefined : await deps.mailboxes.find(number);
  if (mailbox === undefined) return { said: [prompt('mailbox-unknown')] };
  return enter(call, mailbox, caller, deps);
}

async function enter(call: Call, mailbox: Mailbox, caller: Caller, deps: FlowDeps): Promise<Round> {
  return { outcome: await loginToMailbox(call, mailbox, caller, deps) };
}

async function openReference(call: Call, reference: string, caller: Caller, deps: FlowDeps): Promise<Round> {
  const opened = await open(call, reference, caller, deps);
  if (opened.kind === 'open')
    return {
      outcome: await playDialogue(call, opened.message, deps.profiles.of(opened.mailbox), deps, opened.sound),
    };
  if (opened.kind === 'ended') return { outcome: opened.outcome };
  // Its `#` is still to come and would cut anything short.
  await tell(call, deps.language, problem[opened.kind]);
  return opened.kind === 'locked' ? { outcome: { did: 'refused' } } : {};
}

/** The reference was dialled as the user part of the request URI; it is judged while the call is not yet answered. */
export async function referenceDialogue(
  call: Call,
  reference: string,
  caller: Caller,
  deps: FlowDeps,
): Promise<Outcome> {
  const opened = await open(call, reference, caller, deps);
  if (opened.kind === 'ended') return opened.outcome;
  if (opened.kind !== 'open') {
    await call.answer();
    await tell(call, deps.language, problem[opened.kind], 'goodbye');
    return { did: 'refused' };
  }
  const sound = opened.sound ?? (await deps.retrieval.sound(opened.message));
  await call.answer();
  return playDialogue(call, opened.message, deps.profiles.of(opened.mailbox), deps, sound);
}

type Opened =
  | (Extract<OpenResult, { kind: 'open' }> & { readonly sound?: Sound })
  | Exclude<OpenResult, { kind: 'open' }>
  | { readonly kind: 'ended'; readonly outcome: Outcome };
type Sound = Awaited<ReturnType<FlowDeps['retrieval']['sound']>>;

/** Opens a message; once the PIN is typed, where the phone is not the mailbox's own or the class asks all for it. */
async function open(call: Call, reference: string, caller: Caller, deps: FlowDeps): Promise<Opened> {
  const asker = askerOf(call, caller);
  const opened = await deps.retrieval.open(reference, asker);
  if (opened.kind !== 'open' && opened.kind !== 'not-yours') return opened;
  const { mailbox } = opened;
  const asks =
    opened.kind === 'open'
      ? deps.profiles.of(mailbox).pin === 'always'
      : await deps.authentication.hasPin(mailbox.id);
  if (!asks) return opened;
  await call.answer();
  // The `#` of the reference is no PIN.
  await call.play([], { language: deps.language, until: '#' });
  const ahead = openAhead(reference, { ...asker, number: mailbox.number, trusted: true }, deps);
  const entry = await letIn(call, mailbox, caller, deps);
  if (entry === 'in') return ahead;
  if (entry !== 'gone') await say(call, { language: deps.language }, prompt('goodbye'));
  return {
    kind: 'ended',
    outcome: { did: entry === 'gone' ? 'abandoned' : 'refused', mailbox: mailbox.id },
  };
}

/** Finds the message and its sound while the PIN is being typed; it is played only to who is in. */
function openAhead(reference: string, owner: Asker, deps: FlowDeps): Promise<Opened> {
  const finding = deps.retrieval.open(reference, owner).then(async (opened): Promise<Opened> => {
    if (opened.kind !== 'open') return opened;
    return { ...opened, sound: await deps.retrieval.sound(opened.message) };
  });
  // Who is not let in does not hear of it.
  finding.catch(() => undefined);
  return finding;
}

const problem: Readonly<Record<Exclude<OpenResult['kind'], 'open'>, PromptName>> = {
  wrong: 'reference-wrong',
  expired: 'reference-expired',
  deleted: 'reference-deleted',
  'not-yours': 'reference-not-yours',
  locked: 'reference-locked',
  suspended: 'mailbox-suspended',
};
