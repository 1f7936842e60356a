/** A fax machine calls: its pages become a message. Nothing is said to it; what cannot be taken fails at the sender's machine. */
import { isTemporary } from '../core/errors.ts';
import type { Mailbox } from '../core/mailbox/mailbox.ts';
import { takesFax } from '../core/mailbox/room.ts';
import { writeTag } from '../core/message/recording-tag.ts';
import type { ReceivedFax } from '../ports/fax.ts';
import type { Call } from '../ports/media.ts';
import { callerIdAnswer, countedAs, discard, findMailbox, mayLeave, profileOf, senderOf } from './called.ts';
import type { DepositVisit } from './deposit.ts';
import type { FlowDeps, Outcome } from './flow.ts';

/** Receives from a call whose fax tone was heard, or to a number that is a fax machine. */
export async function faxDialogue(call: Call, visit: DepositVisit, deps: FlowDeps): Promise<Outcome> {
  const mailbox = visit.mailbox ?? (await findMailbox(visit.number, deps));
  const profile = profileOf(mailbox, visit, deps);
  const answer = callerIdAnswer(visit.caller, profile);
  const at = mailbox === undefined ? {} : { mailbox: mailbox.id };
  if (profile.fax === 'off' || mailbox?.status === 'suspended' || answer === 'refuse')
    return { did: 'refused', ...at };
  if (!takesFax(mailbox, profile)) return { did: 'full', ...at };
  const leave = await mayLeave('fax', { ...visit, mailbox }, deps);
  // Its machine dials again after a while.
  if (leave.kind === 'too-many') return { did: 'too-many', cause: 'busy', ...at };
  const result = await countedAs(
    async () => leave,
    async () => {
      await call.answer();
      return call.receiveFax({
        tag: tagOf(call, visit),
        station: deps.fax.station,
        maxSeconds: deps.fax.maxSeconds,
      });
    },
  );
  switch (result.kind) {
    case 'received':
      return deposit(call, { ...visit, mailbox }, result.fax, false, deps);
    case 'partly':
      deps.log.info('a fax broke off', { why: result.why, pages: result.fax.pages });
      return deposit(call, { ...visit, mailbox }, result.fax, true, deps);
    case 'failed':
      deps.log.info('no page of a fax came', { why: result.why, detail: result.detail });
      await leave.giveBack();
      return { did: 'empty', ...at, fax: { pages: 0, success: false, facts: undefined } };
    case 'gone':
      await leave.giveBack();
      return { did: 'abandoned', ...at };
  }
}

function tagOf(call: Call, { number, caller }: DepositVisit): string {
  return writeTag({
    use: 'fax',
    called: number,
    ...(caller.private || caller.number === undefined ? {} : { caller: caller.number }),
    started: call.started,
    callId: call.id,
    n: 0,
  });
}

async function deposit(
  call: Call,
  visit: DepositVisit & { readonly mailbox: Mailbox | undefined },
  { take, pages, facts }: ReceivedFax,
  cut: boolean,
  deps: FlowDeps,
): Promise<Outcome> {
  const fax = { pages, success: !cut, facts };
  try {
    const stored = await deps.deposits.take({
      draft: {
        kind: 'fax',
        origin: { network: 'fax', id: take.id },
        from: senderOf(visit.caller),
        to: visit.number,
        ...(visit.dialled === visit.number ? {} : { dialled: visit.dialled }),
        received: call.started,
        urgent: false,
        confidential: false,
        cut,
        ...(facts === undefined ? {} : { fax: facts }),
      },
      contentType: take.contentType,
      pages,
      bytes: await take.bytes(),
      classOfService: visit.classOfService,
      mailbox: visit.mailbox,
      ...(callerIdAnswer(visit.caller, profileOf(visit.mailbox, visit, deps)) === 'quiet'
        ? { quiet: true }
        : {}),
    });
    await discard(take, deps);
    return {
      did: 'fax',
      fax,
      ...(stored.kind === 'spooled' ? {} : { message: stored.message.id, mailbox: stored.message.mailbox }),
    };
  } catch (error) {
    // Its sender believes that it has arrived: the pages stay at the switch and are taken in when that is possible again.
    deps.log.error('a fax could not be made safe', { error, temporary: isTemporary(error) });
    return { did: 'failed', fax };
  }
}
