/** A part whose script is fetched when it is needed first. */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

export function later<P extends object>(fetchPart: () => Promise<ComponentType<P>>): ComponentType<P> {
  let known: ComponentType<P> | undefined;
  return function Later(props: P) {
    const [Part, setPart] = useState<ComponentType<P> | undefined>(() => known);
    useEffect(() => {
      let wanted = true;
      void fetchPart().then((part) => {
        known = part;
        if (wanted) setPart(() => part);
      });
      return () => {
        wanted = false;
      };
    }, []);
    return Part === undefined ? <div class="skeleton block" aria-busy="true" /> : <Part {...props} />;
  };
}
