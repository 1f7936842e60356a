/** Opening a message makes a new one a heard one. */
import { markHeard } from './changes.ts';
import { open, opened } from './opened.ts';

export async function visit(id: string | undefined): Promise<void> {
  await open(id);
  const now = opened.peek();
  if (now.kind === 'there' && now.id === id && now.message.state === 'new') void markHeard(now.message);
}
