import type { Log } from '../../ports/log.ts';
import { bridgePrefix } from './bridge.ts';
import { Calls } from './calls.ts';
import type { Dialling } from './dial.ts';
import { isFaxing } from './fax.ts';
import type { Leg } from './leg.ts';
import type { Takes } from './takes.ts';
import type { Query } from './wire/client.ts';
import { AriError } from './wire/errors.ts';
import type { Application, Channel } from './wire/resources.ts';

export interface ResumeDeps {
  readonly app: string;
  readonly request: (method: string, uri: string, query?: Query) => Promise<unknown>;
  readonly calls: Calls;
  readonly dialling: Dialling;
  readonly takes: Takes;
  readonly log: Log;
}

/** What was in hand before the connection came: only that may be missed in what the switch now shows. */
export interface InHand {
  readonly calls: readonly string[];
  readonly dialled: ReadonlySet<string>;
}

/**
 * Brings calls and switch together after a (re)connection: ends calls whose channel is gone, catches up ends of playbacks
 * and recordings that no event told of, and takes up channels that nobody has in hand.
 */
export async function resume(before: InHand, deps: ResumeDeps): Promise<void> {
  const [application, channels] = await Promise.all([
    deps.request('GET', `applications/${deps.app}`) as Promise<Application>,
    deps.request('GET', 'channels') as Promise<readonly Channel[]>,
  ]);
  const ours = new Set(application.channel_ids);
  const mine = channels.filter((channel) => ours.has(channel.id) && !channel.name.startsWith('Message/'));
  const up = new Map(mine.map((channel) => [channel.id, channel]));
  for (const id of before.calls) if (!up.has(id)) deps.calls.ended(id);
  for (const id of before.dialled) {
    const channel = up.get(id);
    if (channel === undefined) deps.dialling.ended(id, 41);
    else if (channel.state === 'Up') deps.dialling.answered(channel);
  }
  await Promise.all(deps.calls.all.map((call) => catchUp(call.leg)));
  // A fax of an earlier controller goes on without one: what came of it is found in the spool.
  const unknown = mine.filter(
    (channel) => !deps.calls.has(channel.id) && !deps.dialling.ids.has(channel.id) && !isFaxing(channel),
  );
  if (unknown.length > 0) await takeUp(unknown, deps);
  if (before.calls.length === 0) await removeBridges(deps);
}

async function catchUp(leg: Leg): Promise<void> {
  const { playback, recording } = leg;
  if (
    playback?.posted &&
    (await leg.find(`playbacks/${playback.id}`)) === undefined &&
    leg.playback === playback
  ) {
    playback.finish('done');
  }
  if (recording?.posted) {
    const live = await leg.find(`recordings/live/${encodeURIComponent(recording.id)}`);
    if (live === undefined && leg.recording === recording) recording.finish(undefined);
  }
}

async function takeUp(channels: readonly Channel[], deps: ResumeDeps): Promise<void> {
  const files = await deps.takes.list();
  await Promise.all(
    channels.map(async (channel) => {
      const facts = await variable(channel.id, 'AB_FACTS', deps);
      if (deps.calls.has(channel.id)) return;
      if (facts !== undefined && facts !== '') {
        deps.log.info('a call that was up is taken up', { call: channel.id, state: channel.state });
        deps.calls.resumed(channel, facts, Calls.recordingOf(channel.id, files));
        return;
      }
      // A call that an earlier controller made: its job calls again.
      deps.log.info('a call made by an earlier controller is ended', { call: channel.id });
      await deps.request('DELETE', `channels/${channel.id}`).catch(() => undefined);
    }),
  );
}

async function variable(id: string, name: string, deps: ResumeDeps): Promise<string | undefined> {
  try {
    const answer = (await deps.request('GET', `channels/${id}/variable`, { variable: name })) as {
      readonly value?: string;
    };
    return answer.value;
  } catch (error) {
    if (error instanceof AriError) return undefined;
    throw error;
  }
}

/** A bridge that a crash left would keep the caller from hearing prompts. */
async function removeBridges(deps: ResumeDeps): Promise<void> {
  const bridges = (await deps.request('GET', 'bridges')) as readonly { readonly id: string }[];
  const left = bridges.filter((one) => one.id.startsWith(bridgePrefix(deps.app)));
  await Promise.all(left.map((one) => deps.request('DELETE', `bridges/${one.id}`).catch(() => undefined)));
}
