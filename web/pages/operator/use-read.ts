/** What the server says now, read again when asked to or every few seconds. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import { ask } from '../../api/client.ts';
import { complain } from '../../state/toasts.ts';

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- who asks knows what is there
export function useRead<T>(path: string, everyMs?: number): readonly [T | undefined, () => Promise<void>] {
  const [value, setValue] = useState<T>();
  const read = useCallback(async (): Promise<void> => {
    const answer = await ask<T>('GET', path);
    if (answer.ok) setValue(answer.value);
    else if (everyMs === undefined) complain(answer.trouble);
  }, [path, everyMs]);
  useEffect(() => {
    void read();
    if (everyMs === undefined) return undefined;
    const timer = window.setInterval(() => void read(), everyMs);
    return () => window.clearInterval(timer);
  }, [read, everyMs]);
  return [value, read];
}
