import { tiffPages } from '../../core/message/tiff-pages.ts';
import type { FaxReceived, FaxRule, FaxSent } from '../../ports/fax.ts';
import type { ScriptedCall } from './scripted-call.ts';
import type { Takes } from './takes.ts';

const rate = 14_400;

/** The far machine sends, if it is its turn; a person is silent or speaks until we give up. The call is over then. */
export async function receiveScripted(
  call: ScriptedCall,
  rule: FaxRule,
  takes: Takes,
  cut: AbortSignal,
): Promise<FaxReceived> {
  const act = await call.faxTurn(cut);
  if (act === 'stopped') return { kind: 'gone' };
  if (act?.kind !== 'fax') {
    call.end('us', 16);
    return { kind: 'failed', why: 'no-fax', detail: '' };
  }
  const { document, station, breaksOff } = act.step;
  call.person.done();
  call.end('them', 16);
  const pages = tiffPages(document)?.whole ?? 0;
  if (pages === 0) return { kind: 'failed', why: 'hung-up', detail: '' };
  const take = takes.keep(rule.tag, document, 'image/tiff');
  const facts = { ...(station === undefined ? {} : { station }), rate, mode: 't38' as const };
  const fax = { take, pages, facts };
  return breaksOff === true ? { kind: 'partly', fax, why: 'hung-up' } : { kind: 'received', fax };
}

/** The far machine takes the pages, or as many as its script says. */
export async function sendScripted(
  call: ScriptedCall,
  document: Uint8Array,
  cut: AbortSignal,
): Promise<FaxSent> {
  const act = await call.faxTurn(cut);
  if (act === 'stopped') return { kind: 'gone' };
  if (act?.kind !== 'fax-machine') {
    call.end('us', 16);
    return { kind: 'failed', why: 'no-fax', pages: 0, detail: '', facts: undefined };
  }
  const { station, takes: most = Infinity } = act.step;
  call.person.done();
  call.faxes.push(document);
  call.end('them', 16);
  const all = tiffPages(document)?.whole ?? 0;
  const facts = { ...(station === undefined ? {} : { station }), rate, mode: 't38' as const };
  if (all === 0) return { kind: 'failed', why: 'document', pages: 0, detail: '', facts: undefined };
  if (most < all) return { kind: 'failed', why: 'transmission', pages: most, detail: '', facts };
  return { kind: 'sent', pages: all, facts };
}
