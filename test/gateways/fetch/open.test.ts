import assert from 'node:assert/strict';
import type { lookup as systemLookup } from 'node:dns';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isPublic } from '../../../app/gateways/fetch/public-address.ts';
import { openFetcher } from '../../../app/gateways/fetch/open.ts';
import type { FetchResult } from '../../../app/ports/fetch.ts';
import { keptLog } from '../../telemetry/kept-log.ts';

const limits = { maxBytes: 1000, timeoutMs: 3000 };

/** A server inside, that nobody outside may reach through us. */
async function openInside(serve: (request: IncomingMessage, response: ServerResponse, self: string) => void) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? '-'}`);
    serve(request, response, `127.0.0.1:${port}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    host: `127.0.0.1:${port}`,
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A resolver that answers what it is told, one after the other. */
function resolver(...answers: readonly (readonly string[])[]): {
  readonly lookup: typeof systemLookup;
  readonly asked: string[];
} {
  const asked: string[] = [];
  let n = 0;
  const lookup = (hostname: string, _options: unknown, done: (...found: unknown[]) => void): void => {
    asked.push(hostname);
    const found = answers[Math.min(n, answers.length - 1)] ?? [];
    n += 1;
    done(
      null,
      found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { lookup: lookup as unknown as typeof systemLookup, asked };
}

describe('Content that a stranger names by its address', function () {
  this.timeout(20_000);

  it('inside is refused, however its address is written, and nothing is asked there', async () => {
    await using inside = await openInside((_request, response) => void response.end('secret'));
    const fetcher = openFetcher({}, { log: keptLog() });
    const { port } = inside;
    for (const url of [
      `http://127.0.0.1:${port}/`,
      'http://127.0.0.1/',
      'http://localhost/',
      `http://localhost:${port}/`,
      'http://127.1/',
      'http://2130706433/',
      'http://0x7f000001/',
      'http://0177.0.0.1/',
      'http://0.0.0.0/',
      'http://[::1]/',
      'http://[::]/',
      'http://[::ffff:127.0.0.1]/',
      'http://[::ffff:10.0.0.1]/',
      'http://[64:ff9b::7f00:1]/',
      'http://[64:ff9b:1::a00:1]/',
      'http://[2002:7f00:1::]/',
      'http://[::127.0.0.1]/',
      'http://[fe80::1]/',
      'http://[fd00::1]/',
      'http://[ff02::1]/',
      'http://10.1.2.3/',
      'http://172.16.0.1/',
      'http://192.168.1.1/',
      'http://100.64.0.1/',
      'http://169.254.169.254/latest/meta-data/',
      'http://224.0.0.1/',
      'http://255.255.255.255/',
      'http://198.18.0.1/',
      'https://203.0.113.7:8443/',
      `http://user:password@127.0.0.1:${port}/`,
      `http://127.0.0.1:${port}\\@example.com/`,
      'file:///etc/passwd',
      'ftp://example.com/x',
      'gopher://127.0.0.1/_x',
      'data:image/png;base64,AAAA',
      'javascript:alert(1)',
      '//127.0.0.1/',
      '',
      'http://',
      `http://example.com/${'a'.repeat(3000)}`,
    ])
      assert.deepEqual(await fetcher.get(url, limits), { kind: 'unsafe' }, url);
    assert.deepEqual(inside.asked, []);
  });

  it('is judged by all addresses of its name', async () => {
    await using inside = await openInside((_request, response) => void response.end('secret'));
    for (const addresses of [['127.0.0.1'], ['93.184.216.34', '10.0.0.1'], ['::1'], ['fd12::1'], []]) {
      const fetcher = openFetcher({}, { log: keptLog(), lookup: resolver(addresses).lookup });
      assert.deepEqual(await fetcher.get('http://rebound.example/', limits), { kind: 'unsafe' });
    }
    assert.deepEqual(inside.asked, []);
  });

  it('comes from the address that was judged: a name that leads inside the next time is not asked again', async () => {
    await using inside = await openInside((_request, response) => void response.end('secret'));
    // The first is outside, and nobody answers there: TEST-NET is not public, so that of a real host stands here.
    const names = resolver(['93.184.216.34'], ['127.0.0.1']);
    const fetcher = openFetcher({}, { log: keptLog(), lookup: names.lookup });
    const result = await fetcher.get('http://rebound.example/', { ...limits, timeoutMs: 200 });
    assert.notEqual(result.kind, 'unsafe');
    assert.deepEqual(names.asked, ['rebound.example']);
    assert.deepEqual(inside.asked, []);
  });

  it('an address is public, or it is not', () => {
    for (const address of ['93.184.216.34', '8.8.8.8', '2606:4700::1111', '2001:4860:4860::8888'])
      assert.ok(isPublic(address), address);
    for (const address of ['192.0.2.1', '240.0.0.1', '192.88.99.1', '2001:db8::1', '2001::1', '::2', 'x', ''])
      assert.ok(!isPublic(address), address);
  });

  /** What a host that is configured answers. */
  async function answerOf(
    serve: (request: IncomingMessage, response: ServerResponse, self: string) => void,
    path = '/media',
  ): Promise<{ result: FetchResult; asked: readonly string[] }> {
    await using inside = await openInside(serve);
    const fetcher = openFetcher(
      {
        innerHosts: [inside.host],
        credentials: { origin: `http://${inside.host}`, user: 'AC1', password: 'token' },
      },
      { log: keptLog() },
    );
    return { result: await fetcher.get(`http://${inside.host}${path}`, limits), asked: inside.asked };
  }

  it('comes with its type, from a host that is configured, with our credentials', async () => {
    const { result, asked } = await answerOf((_request, response) =>
      response.writeHead(200, { 'content-type': 'image/png' }).end('png'),
    );
    assert.deepEqual(result, { kind: 'fetched', contentType: 'image/png', bytes: Buffer.from('png') });
    assert.deepEqual(asked, [`GET /media Basic ${Buffer.from('AC1:token').toString('base64')}`]);
  });

  it('our credentials go to no other host, whatever leads there', async () => {
    await using other = await openInside((_request, response) => void response.end('picture'));
    await using api = await openInside(
      (_request, response) =>
        void response.writeHead(307, { location: `http://${other.host}/signed?x=1` }).end(),
    );
    const fetcher = openFetcher(
      {
        innerHosts: [api.host, other.host],
        credentials: { origin: `http://${api.host}`, user: 'AC1', password: 'token' },
      },
      { log: keptLog() },
    );
    const result = await fetcher.get(`http://${api.host}/Media/ME1`, limits);
    assert.equal(result.kind, 'fetched');
    assert.deepEqual(other.asked, ['GET /signed?x=1 -']);
    await fetcher.get(`http://x:y@${other.host}/direct`, limits);
    assert.deepEqual(other.asked[1], 'GET /direct -', 'nor those that an address brings');
  });

  it('a redirect to inside is refused, as are those that never end', async () => {
    await using inside = await openInside((_request, response) => void response.end('secret'));
    for (const location of [
      `http://localhost:${inside.port}/`,
      'http://169.254.169.254/',
      'file:///etc/passwd',
      'http://[::1]/',
    ]) {
      const { result } = await answerOf(
        (_request, response) => void response.writeHead(302, { location }).end(),
      );
      assert.deepEqual(result, { kind: 'unsafe' }, location);
    }
    const { result, asked } = await answerOf(
      (_request, response, self) => void response.writeHead(302, { location: `http://${self}/again` }).end(),
    );
    assert.deepEqual(result, { kind: 'refused' });
    assert.ok(asked.length <= 4);
    assert.deepEqual(inside.asked, []);
  });

  it('too much is too much, whether it is announced or not', async () => {
    const announced = await answerOf(
      (_request, response) => void response.writeHead(200, { 'content-length': '1000000000' }).write('x'),
    );
    assert.deepEqual(announced.result, { kind: 'too-large' });
    const endless = await answerOf((_request, response) => {
      const more = setInterval(() => response.write('x'.repeat(500)), 5);
      response.on('close', () => clearInterval(more));
    });
    assert.deepEqual(endless.result, { kind: 'too-large' });
  });

  it('packed content is not unpacked', async () => {
    const { result } = await answerOf((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
    );
    assert.deepEqual(result, { kind: 'refused' });
  });

  it('what is slow, broken or silent is given up in time', async () => {
    const quick = { ...limits, timeoutMs: 300 };
    for (const serve of [
      (_request: IncomingMessage, _response: ServerResponse) => undefined,
      (_request: IncomingMessage, response: ServerResponse) => {
        const more = setInterval(() => response.write('x'), 50);
        response.on('close', () => clearInterval(more));
      },
      (request: IncomingMessage) => void request.socket.destroy(),
      (request: IncomingMessage) => void request.socket.end('no HTTP at all\r\n\r\n'),
      (_request: IncomingMessage, response: ServerResponse) => {
        response.writeHead(200, { 'content-length': '100' }).write('half');
        setTimeout(() => response.destroy(), 20);
      },
    ]) {
      await using inside = await openInside(serve);
      const fetcher = openFetcher({ innerHosts: [inside.host] }, { log: keptLog() });
      const begun = performance.now();
      assert.deepEqual(await fetcher.get(`http://${inside.host}/`, quick), { kind: 'unreachable' });
      assert.ok(performance.now() - begun < 10_000);
    }
  });

  it('what is not there yet may be there later, what is forbidden will not', async () => {
    for (const [status, kind] of [
      [404, 'unreachable'],
      [429, 'unreachable'],
      [503, 'unreachable'],
      [401, 'refused'],
      [403, 'refused'],
      [410, 'refused'],
      [204, 'refused'],
    ] as const) {
      const { result } = await answerOf((_request, response) => void response.writeHead(status).end());
      assert.deepEqual(result, { kind }, String(status));
    }
  });

  it('no address gets into the log', async () => {
    const log = keptLog();
    const fetcher = openFetcher({}, { log, lookup: resolver(['93.184.216.34']).lookup });
    await fetcher.get('http://127.0.0.1:1/AC123/secret', limits);
    await fetcher.get('http://secret.example:x/', limits);
    assert.doesNotMatch(JSON.stringify(log.lines), /secret|AC123/);
  });
});
