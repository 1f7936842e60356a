/** The name of a request that makes something: the same for the same request, so that pressing twice, or once more after no answer, makes one thing. */
import { useRef } from 'preact/hooks';

export function useRequestKey(): (body: object) => string {
  const last = useRef({ said: '', key: '' });
  return (body) => {
    const said = JSON.stringify(body);
    if (said !== last.current.said) last.current = { said, key: crypto.randomUUID() };
    return last.current.key;
  };
}
