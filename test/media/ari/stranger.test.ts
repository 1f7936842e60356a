import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { answeredCall, goneOf, openLab, ruleFor, until } from './lab.ts';
import type { Lab } from './lab.ts';
import { endOf } from '../cases/prompts.ts';

interface Stranger {
  on(
    type: string,
    listener: (event: { readonly type: string; readonly channel?: { readonly id: string } }) => void,
  ): void;
  start(app: string): Promise<void>;
  stop(): void;
  readonly applications: {
    subscribe(query: { applicationName: string; eventSource: string }): Promise<unknown>;
  };
}

const ari = createRequire(import.meta.url)('ari-client') as {
  connect(url: string, user: string, password: string): Promise<Stranger>;
};

describe('beside another client', function () {
  this.timeout(40_000);
  let lab: Lab;
  before(async () => (lab = await openLab()));
  after(async () => lab?.[Symbol.asyncDispose]());

  it('ari-client on an application of its own sees the same call, and neither disturbs the other', async () => {
    await using media = await lab.media();
    const stranger = await ari.connect(lab.settings.url, lab.settings.user, lab.settings.password);
    const seen: string[] = [];
    for (const type of [
      'PlaybackStarted',
      'PlaybackFinished',
      'RecordingStarted',
      'RecordingFinished',
      'ChannelDtmfReceived',
      'ChannelDestroyed',
    ]) {
      stranger.on(type, () => seen.push(type));
    }
    await stranger.start('stranger');
    try {
      const { phone, call } = await answeredCall(lab, media);
      await stranger.applications.subscribe({
        applicationName: 'stranger',
        eventSource: `channel:${call.id}`,
      });
      assert.deepEqual(
        endOf(await call.play([{ kind: 'prompt', name: 'message-saved' }], { language: 'en' })),
        {
          kind: 'done',
        },
      );
      const recorded = call.record(ruleFor(call, { beep: false }));
      await phone.sayNothing(500);
      await phone.press('#');
      const result = await recorded;
      assert.ok(result.kind === 'key');
      await result.take?.discard();
      await phone.hangup();
      await goneOf(call);
      await until(() => seen.includes('ChannelDestroyed'), 'the stranger saw the end');
      assert.deepEqual(seen, [
        'PlaybackStarted',
        'PlaybackFinished',
        'RecordingStarted',
        'ChannelDtmfReceived',
        'RecordingFinished',
        'ChannelDestroyed',
      ]);
    } finally {
      stranger.stop();
    }
    assert.ok(media.healthy);
  });
});
