import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { Fault } from '../../../app/core/errors.ts';
import { openConsoleGateway } from '../../../app/gateways/console/open.ts';

const text = { id: '01890000-0000-7000-8000-000000000001', to: '+12025550123', body: 'Voice message' };

describe('texts to the console', () => {
  it('writes one line a text', async () => {
    const stream = new PassThrough({ encoding: 'utf8' });
    const gateway = openConsoleGateway({ stream });
    await gateway.send(text);
    await gateway.send({ ...text, body: 'zwei 📞' });
    assert.equal(stream.read(), 'text to +12025550123: Voice message\ntext to +12025550123: zwei 📞\n');
  });

  it('a text cannot steer the terminal or fake a second line', async () => {
    const stream = new PassThrough({ encoding: 'utf8' });
    await openConsoleGateway({ stream }).send({ ...text, body: 'a\u001b[2Jb\r\nc\u009bd\u202ee\0' });
    assert.equal(stream.read(), 'text to +12025550123: a [2Jb  c d e \n');
  });

  it('a closed stream is a temporary fault', async () => {
    const stream = new PassThrough();
    stream.destroy();
    await assert.rejects(
      openConsoleGateway({ stream }).send(text),
      (error) => error instanceof Fault && error.temporary,
    );
  });

  it('a stream that breaks while it is written to is a temporary fault', async () => {
    const stream = new PassThrough({ highWaterMark: 1 });
    stream.on('error', () => {});
    const sending = openConsoleGateway({ stream }).send(text);
    const again = openConsoleGateway({ stream }).send(text);
    stream.destroy(new Error('gone'));
    await assert.rejects(Promise.all([sending, again]), (error) => error instanceof Fault && error.temporary);
  });

  it('leaves the stream open when it closes', async () => {
    const stream = new PassThrough();
    await openConsoleGateway({ stream })[Symbol.asyncDispose]();
    assert.equal(stream.writableEnded, false);
  });
});
