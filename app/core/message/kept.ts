/** How the parts of a message lie in the store now: as they came, or in less space. */
import type { MediaId } from '../ids.ts';
import type { Message, StoredPart } from './message.ts';

export type Kept = Pick<StoredPart, 'media' | 'contentType' | 'bytes' | 'encoding'>;

type Keeping = Pick<Message, 'envelope' | 'stored'>;

/** `undefined` if there is no such part. */
export function keptPart({ envelope, stored = [] }: Keeping, index: number): Kept | undefined {
  return stored.find(({ of }) => of === index) ?? envelope.parts[index];
}

/** What a part can be read as without changing anything; empty if there is no such part. */
export function keptType(message: Keeping, index: number): string {
  return keptPart(message, index)?.contentType ?? '';
}

/** All media that go with a message, as it came, as it is kept, and made of it. */
export function mediaOf({
  envelope,
  stored = [],
  derived = [],
}: Keeping & Pick<Message, 'derived'>): MediaId[] {
  return [...new Set([...envelope.parts, ...stored, ...derived].map(({ media }) => media))];
}
