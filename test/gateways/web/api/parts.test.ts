import assert from 'node:assert/strict';
import type { Mailbox } from '../../../../app/core/mailbox/mailbox.ts';
import type { Message } from '../../../../app/core/message/message.ts';
import type { Message as View } from '../../../../app/gateways/web/api/schema/message.ts';
import { packedTiff } from '../../../fax/tiff.ts';
import { openApiWorld, spoken, type ApiWorld } from './world.ts';

describe('the API: content of messages', function () {
  this.timeout(60_000);
  let world: ApiWorld;
  let ann: Mailbox;
  let voice: Message;
  before(async () => {
    world = await openApiWorld();
    ann = await world.subscriber('Ann');
    voice = await world.leave(ann, { parts: [spoken(3000)] });
  });
  after(async () => world[Symbol.asyncDispose]());

  const part = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    world.ask(method, `/messages/${path}`, { who: 'Ann', headers });

  it('sound comes as it is kept and in forms that browsers play', async () => {
    const { parts } = (await (
      await world.ask('GET', `/messages/${voice.id}`, { who: 'Ann' })
    ).json()) as View;
    assert.deepEqual(parts[0]?.forms, ['audio/pcmu', 'audio/mpeg', 'audio/ogg', 'audio/x-wav']);
    const own = await part(`${voice.id}/parts/0`);
    assert.equal(own.headers.get('content-type'), 'audio/pcmu');
    assert.equal((await own.arrayBuffer()).byteLength, 24_000);
    for (const [form, begin] of [
      ['audio/mpeg', /^(ID3|\xff)/],
      ['audio/wav', /^RIFF/],
      ['audio/ogg', /^OggS/],
    ] as const) {
      const made = await part(`${voice.id}/parts/0?form=${form}`);
      assert.equal(made.status, 200, form);
      assert.equal(made.headers.get('content-type'), form);
      assert.match(Buffer.from(await made.arrayBuffer()).toString('latin1'), begin);
    }
    const named = await part(`${voice.id}/parts/0?form=audio/mpeg&download=true`);
    assert.match(named.headers.get('content-disposition') ?? '', /^attachment; filename="message-1\.mp3"/);
    assert.equal((await part(`${voice.id}/parts/0?form=image/png`)).status, 422);
    assert.equal((await part(`${voice.id}/parts/1`)).status, 404);
    assert.equal((await part(`${voice.id}/parts/x`)).status, 400);
    assert.equal((await part(`${voice.id}/parts/0?form=..%2F..`)).status, 422);
  });

  it('ranges are answered as RFC 9110 says, and what is known is not sent again', async () => {
    const path = `${voice.id}/parts/0`;
    const whole = await part(path);
    const bytes = Buffer.from(await whole.arrayBuffer());
    const etag = whole.headers.get('etag') ?? '';
    const cases: [string, number, number?, number?][] = [
      ['bytes=0-0', 206, 0, 1],
      ['bytes=100-199', 206, 100, 200],
      ['bytes=23900-', 206, 23_900, 24_000],
      ['bytes=23900-99999', 206, 23_900, 24_000],
      ['bytes=-100', 206, 23_900, 24_000],
      ['bytes=-99999', 206, 0, 24_000],
      ['bytes=24000-', 416],
      ['bytes=-0', 416],
      ['bytes=5-2', 200, 0, 24_000],
      ['bytes=0-1,5-9', 200, 0, 24_000],
      ['lines=0-1', 200, 0, 24_000],
      ['bytes=-', 200, 0, 24_000],
    ];
    for (const [range, status, from, to] of cases) {
      const answer = await part(path, { range });
      assert.equal(answer.status, status, range);
      if (status === 416) {
        assert.equal(answer.headers.get('content-range'), 'bytes */24000');
        continue;
      }
      assert.deepEqual(Buffer.from(await answer.arrayBuffer()), bytes.subarray(from, to), range);
      if (status === 206)
        assert.equal(answer.headers.get('content-range'), `bytes ${from}-${(to ?? 0) - 1}/24000`);
    }
    assert.equal((await part(path, { 'if-none-match': etag })).status, 304);
    assert.equal((await part(path, { range: 'bytes=0-9', 'if-range': etag })).status, 206);
    assert.equal((await part(path, { range: 'bytes=0-9', 'if-range': '"other"' })).status, 200);
    const head = await part(path, {}, 'HEAD');
    assert.equal(head.headers.get('content-length'), '24000');
    assert.equal(head.headers.get('accept-ranges'), 'bytes');
  });

  it('a fax comes as a document and page by page', async () => {
    const data = Buffer.from(await packedTiff(3, 200)).toString('base64');
    const fax = await world.leave(ann, { kind: 'fax', parts: [{ contentType: 'image/tiff', data }] });
    const { pages } = (await (await world.ask('GET', `/messages/${fax.id}`, { who: 'Ann' })).json()) as View;
    assert.equal(pages, 3);
    const pdf = await part(`${fax.id}/parts/0?form=application/pdf`);
    assert.match(Buffer.from(await pdf.arrayBuffer()).toString('latin1'), /^%PDF/);
    const seen = new Set<string>();
    for (const page of [1, 2, 3]) {
      const png = await part(`${fax.id}/parts/0?form=image/png&page=${page}`);
      assert.equal(png.status, 200);
      const bytes = Buffer.from(await png.arrayBuffer());
      assert.equal(bytes.subarray(1, 4).toString('latin1'), 'PNG');
      seen.add(bytes.toString('base64'));
    }
    assert.ok(seen.size > 1, 'each page is its own');
    assert.equal((await part(`${fax.id}/parts/0?form=image/png&page=4`)).status, 422);
  });

  it('what strangers sent runs nowhere: a page is text, a name is a name', async () => {
    const html = Buffer.from('<script>alert(1)</script>').toString('base64');
    const evil = await world.leave(ann, {
      kind: 'email',
      parts: [
        { contentType: 'text/html', name: '../../etc/"x"\r\nset-cookie: a=b.html', data: html },
        { contentType: 'image/svg+xml', data: html },
        { contentType: 'application/x-msdownload', name: 'réport.exe', data: html },
      ],
    });
    for (const [n, type, disposition] of [
      [0, 'text/plain; charset=utf-8', /^attachment; filename="_x_set-cookie: a=b\.html"/],
      [1, 'text/plain; charset=utf-8', /^attachment/],
      [
        2,
        'application/x-msdownload',
        /^attachment; filename="r_port.exe"; filename\*=UTF-8''r%C3%A9port.exe$/,
      ],
    ] as const) {
      const answer = await part(`${evil.id}/parts/${n}`);
      assert.equal(answer.headers.get('content-type'), type);
      assert.match(answer.headers.get('content-disposition') ?? '', disposition);
      assert.match(answer.headers.get('content-security-policy') ?? '', /^sandbox; default-src 'none'/);
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
      assert.equal(answer.headers.get('set-cookie'), null);
    }
  });

  it('a part whose bytes are lost is gone, and says so', async () => {
    const lost = await world.leave(ann, { parts: [spoken(500)] });
    await world.store.media.delete(lost.envelope.parts[0]!.media);
    assert.equal((await part(`${lost.id}/parts/0`)).status, 410);
    assert.equal((await part(`${lost.id}/parts/0?form=audio/mpeg`)).status, 410);
  });
});
