import { readTag } from '../../core/message/recording-tag.ts';
import type { StrayRecording } from '../../ports/media.ts';
import { abandonedMs, settledMs } from '../parts/stray-age.ts';
import { faxPages } from './codec.ts';
import type { FaxNotes } from './fax.ts';
import { readOutcome } from './fax-outcome.ts';
import type { Found, Takes } from './takes.ts';
import type { Channel } from './wire/resources.ts';

export interface StrayDeps {
  readonly takes: Takes;
  readonly notes: FaxNotes;
  readonly get: (uri: string) => Promise<unknown>;
  /** Recordings of calls that this process has in hand. */
  readonly owned: (tag: string) => boolean;
  readonly now: () => Date;
}

/** One look through the spool: recordings that belong to no call that is up, oldest first. */
export async function findStrays(deps: StrayDeps): Promise<StrayRecording[]> {
  const files = (await deps.takes.list()).filter(
    (found) => !deps.owned(found.tag) && readTag(found.tag) !== undefined,
  );
  if (files.length === 0) return [];
  const [channels, startup] = await Promise.all([
    deps.get('channels') as Promise<readonly Channel[]>,
    startupTime(deps),
  ]);
  const up = new Set(channels.map((channel) => channel.id));
  const strays: StrayRecording[] = [];
  for (const found of files) {
    const tag = readTag(found.tag);
    if (tag === undefined || up.has(tag.callId)) continue;
    const stray = await look(found, deps, startup);
    if (stray !== undefined) strays.push(stray);
  }
  return strays.toSorted((a, b) => a.modified.getTime() - b.modified.getTime());
}

async function look(found: Found, deps: StrayDeps, startup: Date): Promise<StrayRecording | undefined> {
  const extent = await deps.takes.extent(found);
  if (deps.owned(found.tag)) return undefined;
  if (extent === undefined) {
    deps.takes.removeEmpty(found, new Date(deps.now().getTime() - abandonedMs));
    return undefined;
  }
  if (deps.now().getTime() - extent.modified.getTime() < settledMs) return undefined;
  const note = found.codec === faxPages ? await deps.notes.read(found.tag) : undefined;
  const outcome = note === undefined ? undefined : readOutcome(note);
  return {
    take: deps.takes.take(found, extent.bytes, () => {
      if (note !== undefined) void deps.notes.forget(found.tag);
    }),
    ...(outcome === undefined ? {} : { fax: { facts: outcome.facts, complete: outcome.success } }),
    modified: extent.modified,
    // Whoever wrote it has been started anew since.
    cut: extent.modified.getTime() !== 0 && extent.modified < startup,
  };
}

async function startupTime(deps: StrayDeps): Promise<Date> {
  const info = (await deps.get('asterisk/info')) as { readonly status?: { readonly startup_time?: string } };
  return new Date(asteriskTime(info.status?.startup_time) ?? 0);
}

/** `2026-11-22T17:20:22.378+0000`, which Date does not read. */
export function asteriskTime(text: string | undefined): Date | undefined {
  const at = new Date((text ?? '').replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  return Number.isNaN(at.getTime()) ? undefined : at;
}
