/** The libraries of package-lock.json that are shipped: those of development alone are not, but for what is in the built page. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '../stack/machine.ts';
import { bundledNames } from './bundled.ts';

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

type Packages = Readonly<Record<string, Entry>>;

/** @param bundled names of packages that the page has in it */
export function readLockfile(
  file = join(checkout, 'package-lock.json'),
  bundled: readonly string[] = bundledNames(),
): Lockfile {
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as { packages: Packages };
  const root = packages[''] ?? {};
  const shipped = shippedPaths(packages, bundled);
  const libraries = [...shipped].map((path) => libraryOf(packages, shipped, path));
  const byKey = new Map(libraries.map((one) => [`${one.name}@${one.version}`, one]));
  const direct = { ...root.dependencies, ...Object.fromEntries(bundled.map((name) => [name, ''])) };
  return {
    name: root.name ?? '',
    version: root.version ?? '',
    licence: root.license ?? '',
    direct: needsOf(packages, shipped, '', { ...root, dependencies: direct }),
    libraries: [...byKey].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, library]) => library),
  };
}

/** All but those of development; of these what is bundled, with what it needs itself. */
function shippedPaths(packages: Packages, bundled: readonly string[]): ReadonlySet<string> {
  const shipped = new Set(
    Object.keys(packages).filter((path) => path !== '' && packages[path]?.dev !== true),
  );
  const add = (path: string | undefined): void => {
    if (path === undefined || shipped.has(path)) return;
    shipped.add(path);
    for (const name of Object.keys(packages[path]?.dependencies ?? {})) add(placeOf(packages, path, name));
  };
  for (const name of bundled) {
    const path = placeOf(packages, '', name);
    if (path === undefined) throw new Error(`the page imports ${name}, and it is not in the lockfile`);
    add(path);
  }
  return shipped;
}

function libraryOf(packages: Packages, shipped: ReadonlySet<string>, path: string): Library {
  const entry = packages[path] ?? {};
  return {
    name: nameOf(path, entry),
    version: entry.version ?? '',
    licence: entry.license,
    integrity: entry.integrity ?? '',
    optional: entry.optional === true,
    needs: needsOf(packages, shipped, path, entry),
  };
}

function needsOf(packages: Packages, shipped: ReadonlySet<string>, path: string, entry: Entry): string[] {
  const names = Object.keys({
    ...entry.dependencies,
    ...entry.optionalDependencies,
    ...entry.peerDependencies,
  });
  const found = names.flatMap((name) => {
    const at = placeOf(packages, path, name);
    return at !== undefined && shipped.has(at) ? [keyOf(at, packages[at] ?? {})] : [];
  });
  return [...new Set(found)].toSorted();
}

/** As Node.js finds it: beside whoever needs it, then further out. */
function placeOf(packages: Packages, path: string, name: string): string | undefined {
  for (let from = path; ; from = from.slice(0, Math.max(0, from.lastIndexOf('node_modules') - 1))) {
    const at = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
    if (packages[at] !== undefined) return at;
    if (from === '') return undefined;
  }
}

function keyOf(path: string, entry: Entry): string {
  return `${nameOf(path, entry)}@${entry.version ?? ''}`;
}

/** An alias has its real name beside it. */
function nameOf(path: string, { name }: Entry): string {
  return name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}
