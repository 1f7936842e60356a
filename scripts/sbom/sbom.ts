/** A bill of materials, and whether all of it may be shipped. */
import type { Library, Lockfile } from './lockfile.ts';
import { isAllowed, read } from './licences.ts';

const algorithms: Readonly<Record<string, string>> = { sha1: 'SHA-1', sha256: 'SHA-256', sha512: 'SHA-512' };

/** Without time and serial number, so that the same lockfile gives the same bytes. */
export function sbomOf({ name, version, licence, direct, libraries }: Lockfile) {
  const own = purlOf(name, version);
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': own,
        name,
        version,
        purl: own,
        licenses: [{ license: { id: licence } }],
      },
    },
    components: libraries.map(componentOf),
    dependencies: [
      { ref: own, dependsOn: direct.map(purlOfKey) },
      ...libraries.map((one) => ({
        ref: purlOf(one.name, one.version),
        dependsOn: one.needs.map(purlOfKey),
      })),
    ],
  };
}

/** A line for each library whose licence is not known, or does not fit. */
export function licenceProblems({ libraries }: Lockfile): string[] {
  return libraries
    .filter((one) => !isAllowed(licenceOf(one) ?? ''))
    .map((one) => `${one.name}@${one.version}: ${licenceOf(one) ?? 'no licence'}`);
}

function licenceOf({ name, version, licence }: Library): string | undefined {
  return read[`${name}@${version}`] ?? licence;
}

function componentOf(library: Library) {
  const { name, version, integrity, optional } = library;
  const licence = licenceOf(library);
  const purl = purlOf(name, version);
  const [algorithm = '', base64 = ''] = integrity.split(/-(.*)/s);
  const hash = {
    alg: algorithms[algorithm] ?? algorithm,
    content: Buffer.from(base64, 'base64').toString('hex'),
  };
  const simple = licence !== undefined && /^[A-Za-z0-9.-]+$/.test(licence);
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    scope: optional ? 'optional' : 'required',
    hashes: [hash],
    licenses: licence === undefined ? [] : [simple ? { license: { id: licence } } : { expression: licence }],
    purl,
  };
}

function purlOfKey(key: string): string {
  const at = key.lastIndexOf('@');
  return purlOf(key.slice(0, at), key.slice(at + 1));
}

/** Package URL (ECMA-427). */
function purlOf(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}
