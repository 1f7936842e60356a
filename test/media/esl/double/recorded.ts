/** Messages of the recordings as headers in their order. */
import { headersOf, FrameReader, type Frame } from '../../../../app/media/esl/wire/frames.ts';
import { percentDecoded } from '../../../../app/media/esl/wire/event.ts';
import type { Headers, Value } from './templates.ts';

export { FrameReader };

export function eventHeaders({ headers, body }: Frame): Headers | undefined {
  const type = headers.get('Content-Type');
  if (type === 'text/event-json')
    return new Map(Object.entries(JSON.parse(body.toString('utf8')) as Record<string, Value>));
  if (type !== 'text/event-plain') return undefined;
  return decoded(headersOf(body.toString('utf8').split('\n\n')[0] ?? ''));
}

export function channelData({ headers }: Frame): Headers {
  return decoded(headers);
}

function decoded(headers: ReadonlyMap<string, string>): Headers {
  return new Map(
    [...headers].map(([name, value]) => {
      const text = percentDecoded(value);
      return [name, text.startsWith('ARRAY::') ? text.slice(7).split('|:') : text];
    }),
  );
}
