/** The front door: an INVITE goes to the node that has the mailbox, by redirection or through the server as a proxy. */
import { identify } from '../../core/address/identify.ts';
import type { CallFacts } from '../../core/address/call-facts.ts';
import type { NumberPlan } from '../../core/address/number-plan.ts';
import { parseNameAddr, type NameAddr } from '../../core/address/name-addr.ts';
import { parseDiversions, parseHistory, parseParty } from '../../core/address/redirections.ts';
import type { Owners } from '../../ports/owners.ts';
import type { EdgeTrunk, Peers } from './peers.ts';
import {
  answer,
  hasTag,
  inAddress,
  tryLater,
  type SipHandler,
  type SipReply,
  type SipRequest,
} from './sip.ts';

export interface DoorSlice {
  /** This edge's own name: what carries it has been here before. */
  readonly name: string;
  readonly mode: 'redirect' | 'proxy';
  /** Whether the server stays in the dialogs that it proxies. */
  readonly recordRoute: boolean;
  /** Longest wait for a first sign of a node, in milliseconds. */
  readonly provisionalMs: number;
}

export interface DoorDeps {
  readonly peers: Peers;
  readonly plan: NumberPlan;
  readonly owners: Owners;
}

/** Header and URI parameter of calls that an edge has sent on. */
export const markHeader = 'X-Answerback-Edge';
const markParameter = 'answerback-edge';

export function openDoor(slice: DoorSlice, { peers, plan, owners }: DoorDeps): SipHandler {
  return async (request) => {
    const trunk = await peers.trunkOf(request.peer.address, request.peer.port);
    if (trunk === undefined && !peers.isPhone(request.peer.address)) return answer(403);
    // Within a dialog calls do not come here: the door has none.
    if (hasTag(request.header('to'))) return answer(481);
    // The node would believe the edge: a proxy passes these on as they are. After a redirection it sees who says so.
    if (slice.mode === 'proxy' && assertsUnbelieved(request, trunk)) return answer(403);
    const uri = parseNameAddr(request.uri);
    if (uri === undefined) return answer(416);
    const looped = loopFault(request, uri, slice.name);
    if (looped !== undefined) return looped;
    const called = identify(readFacts(request, uri, trunk), plan, trunk ?? { trusted: false });
    if (called.kind === 'refused') return answer(404);
    const caller = called.caller.number;
    const own = caller !== undefined && plan.classOf(caller) !== undefined ? caller : undefined;
    const found = owners.of(called.kind === 'mailbox' ? called.number : own);
    if (found.kind === 'none') return answer(404);
    if (found.kind === 'down') return tryLater();
    return slice.mode === 'redirect'
      ? redirected(found.uris, uri, slice)
      : proxied(found.uris, uri, slice, owners);
  };
}

/** Headers by which a network says who calls (RFC 3325) and how sure of it it is (RFC 8224); those before a standard too. */
function assertsUnbelieved(request: SipRequest, trunk: EdgeTrunk | undefined): boolean {
  if (trunk?.trusted === true) return false;
  const has = (name: string): boolean => request.header(name) !== undefined;
  if (has('p-asserted-identity') || has('remote-party-id')) return true;
  return trunk?.attests !== true && has('p-attestation-indicator');
}

/** RFC 3261, sections 16.3 (Max-Forwards) and 8.2.2.2 (482). */
function loopFault(request: SipRequest, { params }: NameAddr, name: string): SipReply | undefined {
  const forwards = request.header('max-forwards')?.trim();
  if (forwards !== undefined && !/^\d{1,3}$/.test(forwards)) return answer(400);
  if (forwards !== undefined && Number(forwards) === 0) return answer(483);
  const marks = (request.header(markHeader) ?? '').split(',').map((mark) => mark.trim());
  return marks.includes(name) || params[markParameter] === name ? answer(482) : undefined;
}

function readFacts(request: SipRequest, uri: NameAddr, trunk: EdgeTrunk | undefined): CallFacts {
  const from = parseParty(request.header('from') ?? '');
  const asserted =
    trunk?.trusted === true ? parseParty(request.header('p-asserted-identity') ?? '') : undefined;
  const { user: toUser } = parseNameAddr(request.header('to') ?? '') ?? { user: '' };
  const { target } = uri.params;
  const cause = Number(uri.params['cause'] || Number.NaN);
  return {
    trunk: trunk?.name ?? '',
    wireId: request.header('call-id') ?? '',
    requestUser: uri.user,
    ...(target ? { target } : {}),
    ...(Number.isInteger(cause) && cause >= 100 && cause <= 699 ? { cause } : {}),
    ...(toUser === '' ? {} : { toUser }),
    ...(from === undefined ? {} : { from }),
    ...(asserted === undefined ? {} : { asserted }),
    privacy: false,
    diversions: parseDiversions([request.header('diversion') ?? '']),
    history: parseHistory([request.header('history-info') ?? '']),
  };
}

/** The caller keeps its own headers (Diversion, History-Info, Identity): what it sends on is its affair. */
function redirected(uris: readonly string[], uri: NameAddr, slice: DoorSlice): SipReply {
  const contacts = uris.slice(0, 10).map((node, i) => {
    const q = ((10 - i) / 10).toFixed(1);
    return `<${targetAt(node, uri)};${markParameter}=${slice.name}>;q=${q}`;
  });
  return answer(302, { Contact: contacts.join(', ') });
}

/** All other headers pass through the server as they are (measured). */
function proxied(uris: readonly string[], uri: NameAddr, slice: DoorSlice, owners: Owners): SipReply {
  return {
    kind: 'proxy',
    targets: uris.slice(0, 10).map((node) => targetAt(node, uri)),
    headers: { [markHeader]: slice.name },
    recordRoute: slice.recordRoute,
    provisionalMs: slice.provisionalMs,
    done: (status) => {
      if (status === undefined) owners.silent(uris);
    },
  };
}

/** What was called, at that node: with `target` and `cause` (RFC 4458), which say whose mailbox is meant. */
function targetAt(node: string, { user, params }: NameAddr): string {
  const [scheme, place] = [node.slice(0, 4), node.slice(4)] as const;
  const { target, cause } = params;
  const about = target ? `;target=${inAddress(target.slice(0, 256))}` : '';
  const why = cause !== undefined && /^\d{3}$/.test(cause) ? `;cause=${cause}` : '';
  return `${scheme}${user === '' ? '' : `${inAddress(user.slice(0, 128))}@`}${place}${about}${why}`;
}
