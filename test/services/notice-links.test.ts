import assert from 'node:assert/strict';
import { bob, openRulesWorld } from './rules-world.ts';

const publicUrl = 'https://voicemail.example';
const linkOf = (text: string | undefined): string | undefined =>
  /https:\/\/voicemail\.example\/m\/([\w-]{22})$/.exec(text ?? '')?.[1];

describe('Notices with links', function () {
  this.timeout(60_000);

  it('bring the subscriber a link to that message, and others none', async () => {
    const notify = [
      { gateway: 'sip', to: 'subscriber' },
      { gateway: 'sip', to: '+12025550170' },
    ] as const;
    await using world = await openRulesWorld({ publicUrl, standard: { notify } });
    const message = await world.leave();
    const texts = world.told();
    const own = texts.find((text) => text.startsWith(bob));
    const other = texts.find((text) => text.startsWith('+12025550170'));
    const opened = await world.links.open(linkOf(own) ?? '');
    assert.equal(opened.kind === 'open' && opened.message.id, message.id);
    assert.ok(other?.includes(message.reference));
    assert.equal(linkOf(other), undefined);
  });

  it('have a link again when they are tried again, and both open', async () => {
    await using world = await openRulesWorld({ publicUrl });
    const seen: string[] = [];
    world.onText = ({ body }) => {
      seen.push(body);
      if (seen.length === 1) throw new Error('the network is away');
    };
    world.at('2026-01-05T12:00:00Z');
    await world.leave();
    await world.work('2026-01-05T12:00:05Z');
    const tokens = seen.map(linkOf);
    assert.equal(new Set(tokens).size, 2);
    for (const token of tokens) assert.equal((await world.links.open(token ?? '')).kind, 'open');
  });

  it('have none where no address of the page is configured', async () => {
    await using world = await openRulesWorld({});
    await world.leave();
    assert.doesNotMatch(world.told().join(), /http/);
  });
});
