/** What somebody types, once they have been quiet for a moment: a question a key would be too many. */
import { useEffect, useState } from 'preact/hooks';

const quietMs = 300;

export function useQuiet<T>(value: T): T {
  const [quiet, setQuiet] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setQuiet(value), quietMs);
    return () => window.clearTimeout(timer);
  }, [value]);
  return quiet;
}
