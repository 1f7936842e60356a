/** A form that makes something: one request at a time, however often somebody presses, and what was wrong with it. */
import { useRef, useState } from 'preact/hooks';
import { ask, type Answer, type Trouble } from '../../api/client.ts';
import { useRequestKey } from './use-request-key.ts';

export interface Making {
  readonly busy: boolean;
  readonly trouble: Trouble | undefined;
  /** Does nothing while one is under way. */
  readonly make: (body: object) => Promise<void>;
  /** What is wrong with a field, for people. */
  readonly wrong: (field: string) => string | undefined;
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- who asks knows what is made
export function useMaking<T>(path: string, onMade: (made: T) => void): Making {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble>();
  const underWay = useRef(false);
  const keyOf = useRequestKey();
  const make = async (body: object): Promise<void> => {
    if (underWay.current) return;
    underWay.current = true;
    setBusy(true);
    const answer: Answer<T> = await ask<T>('POST', path, { body, key: keyOf(body) });
    underWay.current = false;
    setBusy(false);
    setTrouble(answer.ok ? undefined : answer.trouble);
    if (answer.ok) onMade(answer.value);
  };
  const wrong = (field: string): string | undefined => {
    const found = trouble?.fields.find((one) => one.field === field);
    return found === undefined ? undefined : (found.detail ?? found.code);
  };
  return { busy, trouble, make, wrong };
}
