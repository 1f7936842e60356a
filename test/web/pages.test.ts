import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWeb, type Web } from '../../app/gateways/web/open.ts';
import { silentLog } from '../ports/silent-log.ts';

describe('The files of the page', () => {
  let folder: string;
  let web: Web;
  const get = (path: string, accept = 'text/html,*/*') =>
    fetch(`${web.address}${path}`, { headers: { accept } });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'answerback-pages-'));
    web = await openWeb(
      { host: '127.0.0.1', port: 0, page: folder },
      {
        log: silentLog,
        ready: async () => ({ ok: true, parts: {} }),
        onText: async () => {},
        onReport: async () => {},
      },
    );
  });
  afterEach(async () => {
    await web[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it('are said to be missing where nobody built them', async () => {
    const answer = await get('/inbox');
    assert.equal(answer.status, 503);
    assert.match(await answer.text(), /npm run web:build/);
  });

  it('come with a policy that lets nothing inline run, a nonce of their own each time, and are asked for again', async () => {
    await writeFile(join(folder, 'index.html'), '<meta name="style-nonce" content="{style-nonce}">');
    const nonces = new Set<string>();
    for (const path of ['/', '/inbox/abc', '/m/token']) {
      const answer = await get(path);
      assert.equal(answer.status, 200);
      const policy = answer.headers.get('content-security-policy') ?? '';
      const [, nonce = ''] = /content="([\w-]{22})"/.exec(await answer.text()) ?? [];
      assert.ok(policy.startsWith("default-src 'self'; ") && policy.includes(`'nonce-${nonce}'`), policy);
      assert.doesNotMatch(policy, /unsafe|script-src/);
      assert.equal(answer.headers.get('cache-control'), 'no-cache');
      nonces.add(nonce);
    }
    assert.equal(nonces.size, 3);
  });

  it('with a hash in their name are kept for ever; nothing outside the folder is given out', async () => {
    await mkdir(join(folder, 'assets'));
    await writeFile(join(folder, 'assets/index-abc.js'), 'export {}');
    const answer = await get('/assets/index-abc.js');
    assert.deepEqual(
      [answer.status, answer.headers.get('cache-control'), answer.headers.get('x-content-type-options')],
      [200, 'public, max-age=31536000, immutable', 'nosniff'],
    );
    assert.match(answer.headers.get('content-type') ?? '', /javascript/);
    for (const path of [
      '/assets/no.js',
      '/assets/..%2f..%2fetc%2fpasswd',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/none.svg',
    ])
      assert.notEqual((await get(path, '*/*')).status, 200, path);
    for (const path of ['/v1/nothing', '/health/nothing']) assert.equal((await get(path)).status, 404, path);
  });
});
