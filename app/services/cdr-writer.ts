/**
 * Writes call detail records in the background, many with one write. Each lies in the journal on this disk before whoever
 * adds it goes on, until the store has it.
 */
import { cutOff } from '../core/account/cut-off.ts';
import type { Cdr } from '../core/account/cdr.ts';
import type { Journal } from '../ports/journal.ts';
import type { Log } from '../ports/log.ts';
import type { CdrStore } from '../ports/store.ts';

/** After a batch the next ones are gathered for so long, in milliseconds: under load one write serves many rows. */
const gatherMs = 500;
/** Most rows of one write. */
const mostAtOnce = 500;
/** Rows kept in memory while the store is away; those beyond it lie in the journal alone. */
const mostWaiting = 50_000;

export interface CdrWriter {
  /** Returns at once. */
  add(row: Cdr): void;
  /** Keeps a row of something that goes on, as it would be if this process died now. */
  open(row: Cdr): void;
  drop(id: Cdr['id']): void;
  /** Writes what waits; resolves when all is in the store, or rejects with the store's fault and keeps the rows. */
  flush(): Promise<void>;
  /** Takes in what processes left that were killed; answers how many rows. @throws Fault if the store is away */
  takeLeft(price: (row: Cdr) => Cdr): Promise<number>;
}

export interface CdrWriterDeps {
  readonly cdrs: Pick<CdrStore, 'insert'>;
  /** Without one, rows that wait are lost with this process. */
  readonly journal?: Journal | undefined;
  readonly log: Log;
}

export function createCdrWriter(deps: CdrWriterDeps): CdrWriter {
  const { cdrs, journal, log } = deps;
  let waiting: Cdr[] = [];
  /** More rows lie in the journal than here. */
  const overflow = { there: false };
  let writing: Promise<void> | undefined;

  const insert = async (): Promise<void> => {
    const batch = waiting.slice(0, mostAtOnce);
    await cdrs.insert(batch);
    waiting = waiting.slice(batch.length);
  };
  /** Rows that had no room in memory. */
  const catchUp = async (): Promise<void> => {
    overflow.there = false;
    try {
      for await (const rows of chunks(journal?.own() ?? [])) await cdrs.insert(rows);
    } catch (error) {
      overflow.there = true;
      throw error;
    }
  };
  const write = async (): Promise<void> => {
    try {
      while (waiting.length > 0 || overflow.there) {
        if (waiting.length > 0) await insert();
        else await catchUp();
        if (!overflow.there) journal?.settled(waiting);
        if (waiting.length < mostAtOnce) await pause(gatherMs);
      }
    } catch (error) {
      log.warn('call detail records wait for the store', { error, count: waiting.length });
      // It may be long until the store is back.
      await journal
        ?.sync()
        .catch((fault: unknown) => log.error('the journal is not on the disk', { error: fault }));
      throw error;
    }
  };
  const flush = (): Promise<void> => {
    writing ??= write().finally(() => {
      writing = undefined;
    });
    return writing;
  };
  return {
    add(row) {
      journal?.keep(row);
      if (waiting.length < mostWaiting) waiting.push(row);
      else if (journal !== undefined) overflow.there = true;
      else log.error('a call detail record is dropped: the store is away too long');
      // A failed flush keeps the rows and says so; the next one tries again.
      flush().catch(() => undefined);
    },
    open: (row) => journal?.keep(row, 'open'),
    drop: (id) => journal?.drop(id),
    flush,
    async takeLeft(price) {
      let taken = 0;
      for await (const left of journal?.left() ?? []) {
        const { rows, seen } = left;
        const whole = rows.map(({ row, open }) => (open ? price({ ...cutOff(row, seen), id: row.id }) : row));
        for (let i = 0; i < whole.length; i += mostAtOnce) await cdrs.insert(whole.slice(i, i + mostAtOnce));
        await left.done();
        taken += whole.length;
      }
      if (taken > 0)
        log.info('call detail records of a controller that ended are in the store', { count: taken });
      return taken;
    },
  };
}

async function* chunks(rows: AsyncIterable<Cdr> | Iterable<Cdr>): AsyncGenerator<Cdr[]> {
  let chunk: Cdr[] = [];
  for await (const row of rows) {
    chunk.push(row);
    if (chunk.length < mostAtOnce) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
