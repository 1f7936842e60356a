import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { isAllowed } from '../../scripts/sbom/licences.ts';
import { readLockfile } from '../../scripts/sbom/lockfile.ts';
import { licenceProblems, sbomOf } from '../../scripts/sbom/sbom.ts';

describe('the bill of materials', () => {
  const lockfile = readLockfile();
  const bom = sbomOf(lockfile);
  const refs = new Set(bom.components.map((one) => one['bom-ref']));

  it('names every library that is shipped, with a licence that fits', () => {
    const own = JSON.parse(readFileSync('package.json', 'utf8')) as {
      dependencies: Record<string, string>;
      devDependencies: Record<string, string>;
    };
    for (const name of Object.keys(own.dependencies)) {
      assert.ok(
        bom.components.some((one) => one.name === name),
        name,
      );
      const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as {
        version: string;
      };
      assert.ok(refs.has(`pkg:npm/${name.replace('@', '%40')}@${version}`), `${name} as it is installed`);
    }
    for (const name of ['mocha', 'typescript', 'fast-check']) {
      assert.ok(name in own.devDependencies);
      assert.ok(!bom.components.some((one) => one.name === name), `${name} is not shipped`);
    }
    // What the page imports is built into it.
    for (const name of ['preact', '@preact/signals', '@preact/signals-core', 'uplot', 'wavesurfer.js'])
      assert.ok(
        bom.components.some((one) => one.name === name),
        `${name} is shipped in the page`,
      );
    for (const name of ['vite', '@preact/preset-vite'])
      assert.ok(!bom.components.some((one) => one.name === name), `${name} only builds it`);
    assert.deepEqual(licenceProblems(lockfile), []);
  });

  it('has a hash for each, and everything that is needed is in it', () => {
    for (const { name, hashes } of bom.components)
      assert.match(hashes[0]?.content ?? '', /^[0-9a-f]{40,128}$/, name);
    for (const { ref, dependsOn } of bom.dependencies)
      for (const one of dependsOn) assert.ok(refs.has(one), `${ref}: ${one}`);
    assert.equal(refs.size, bom.components.length);
    // Whatever is there is needed by something.
    const needed = new Set(bom.dependencies.flatMap(({ dependsOn }) => dependsOn));
    assert.deepEqual(
      [...refs].filter((one) => !needed.has(one)),
      [],
    );
  });

  it('a licence that does not fit, or none, is told', () => {
    const [first] = lockfile.libraries;
    const told = (licence: string | undefined) =>
      licenceProblems({ ...lockfile, libraries: [{ ...first!, licence }] });
    for (const licence of [
      'GPL-3.0-only',
      'AGPL-3.0',
      'UNLICENSED',
      undefined,
      'MIT AND GPL-2.0-only',
      '(MIT OR ISC) AND (GPL-2.0-only OR AGPL-3.0)',
    ])
      assert.equal(told(licence).length, 1, licence);
    for (const licence of ['MIT', '(MIT OR GPL-3.0-only)', 'MIT AND ISC'])
      assert.ok(isAllowed(licence), licence);
  });

  it('install scripts are run of those alone that are named', () => {
    const file = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
      packages: Record<string, { hasInstallScript?: boolean; dev?: boolean }>;
    };
    const { allowScripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      allowScripts: Record<string, boolean>;
    };
    const scripts = Object.entries(file.packages)
      .filter(([, one]) => one.hasInstallScript)
      .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
    for (const name of scripts.filter((one) => existsSync(`node_modules/${one}`)))
      assert.ok(name in allowScripts, `${name} has an install script, and nobody has said whether it runs`);
  });
});
