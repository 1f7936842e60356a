/** The libraries of package-lock.json that are shipped: those of development alone are not. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '../stack/machine.ts';

export interface Library {
  readonly name: string;
  readonly version: string;
  /** As its package says, mostly an SPDX expression. */
  readonly licence: string | undefined;
  /** Subresource integrity: algorithm, and base64. */
  readonly integrity: string;
  /** It is there on some machines alone. */
  readonly optional: boolean;
  /** `name@version` of what it needs. */
  readonly needs: readonly string[];
}

export interface Lockfile {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly direct: readonly string[];
  readonly libraries: readonly Library[];
}

interface Entry {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export function readLockfile(file = join(checkout, 'package-lock.json')): Lockfile {
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as {
    packages: Readonly<Record<string, Entry>>;
  };
  const shipped = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  const root = packages[''] ?? {};
  const byKey = new Map(
    shipped.map(([path, entry]) => [keyOf(path, entry), libraryOf(packages, path, entry)]),
  );
  return {
    name: root.name ?? '',
    version: root.version ?? '',
    licence: root.license ?? '',
    direct: needsOf(packages, '', root),
    libraries: [...byKey].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, library]) => library),
  };
}

function libraryOf(packages: Readonly<Record<string, Entry>>, path: string, entry: Entry): Library {
  return {
    name: nameOf(path, entry),
    version: entry.version ?? '',
    licence: entry.license,
    integrity: entry.integrity ?? '',
    optional: entry.optional === true,
    needs: needsOf(packages, path, entry),
  };
}

/** As Node.js finds them: beside it, then further out. */
function needsOf(packages: Readonly<Record<string, Entry>>, path: string, entry: Entry): string[] {
  const names = Object.keys({
    ...entry.dependencies,
    ...entry.optionalDependencies,
    ...entry.peerDependencies,
  });
  const found = names.flatMap((name) => {
    for (let from = path; ; from = from.slice(0, Math.max(0, from.lastIndexOf('node_modules') - 1))) {
      const at = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
      const there = packages[at];
      if (there !== undefined && there.dev !== true) return [keyOf(at, there)];
      if (from === '') return [];
    }
  });
  return [...new Set(found)].toSorted();
}

function keyOf(path: string, entry: Entry): string {
  return `${nameOf(path, entry)}@${entry.version ?? ''}`;
}

/** An alias has its real name beside it. */
function nameOf(path: string, { name }: Entry): string {
  return name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}
