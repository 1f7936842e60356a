/** What the server says now, read again when asked to or every few seconds. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ask, type Trouble } from '../../api/client.ts';
import { complain } from '../../state/toasts.ts';

/**
 * @param path `undefined`: nothing is asked yet. An answer to an earlier path is let go
 * @returns what was said last, what asks anew, and why the last question was not answered
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- who asks knows what is there
export function useRead<T>(
  path: string | undefined,
  everyMs?: number,
): readonly [T | undefined, () => Promise<void>, Trouble | undefined] {
  const [value, setValue] = useState<T>();
  const [trouble, setTrouble] = useState<Trouble>();
  const wanted = useRef(path);
  wanted.current = path;
  const shown = useRef<string | undefined>(undefined);
  const complained = useRef(false);
  const read = useCallback(async (): Promise<void> => {
    if (path === undefined) return setValue(undefined);
    const answer = await ask<T>('GET', path);
    if (wanted.current !== path) return;
    setTrouble(answer.ok ? undefined : answer.trouble);
    // What another path said is not shown in place of this one: it would be taken for the next page.
    if (answer.ok || shown.current !== path) setValue(answer.ok ? answer.value : undefined);
    if (answer.ok) shown.current = path;
    // What is asked all the time is complained of once.
    else if (everyMs === undefined || !complained.current) complain(answer.trouble);
    complained.current = !answer.ok;
  }, [path, everyMs]);
  useEffect(() => {
    void read();
    if (everyMs === undefined) return undefined;
    const timer = window.setInterval(() => void read(), everyMs);
    return () => window.clearInterval(timer);
  }, [read, everyMs]);
  return [value, read, trouble];
}
