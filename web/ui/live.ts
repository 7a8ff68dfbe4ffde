import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { get, type Refused } from './client.ts';

export interface Live<T> {
  readonly data: T | null;
  /** Why the last try failed; `data` is then as old as `at` says. */
  readonly error: Refused | null;
  readonly at: Date | null;
  reload(): void;
}

const EVERY_MS = 3_000;

/** Reads a path now and again every few seconds while the page is visible; unchanged answers draw nothing anew. */
export function useLive<T>(path: string, everyMs = EVERY_MS): Live<T> {
  const [state, setState] = useState<Omit<Live<T>, 'reload'>>({ data: null, error: null, at: null });
  const asked = useRef('');

  const load = useCallback(async () => {
    asked.current = path;
    try {
      const data = await get<T>(path);
      if (asked.current !== path) return; // another filter was chosen meanwhile
      setState((old) =>
        JSON.stringify(old.data) === JSON.stringify(data) && !old.error ? old : { data, error: null, at: new Date() },
      );
    } catch (error) {
      if (asked.current === path) setState((old) => ({ ...old, error: error as Refused }));
    }
  }, [path]);

  useEffect(() => {
    setState({ data: null, error: null, at: null });
    void load();
    const look = () => document.visibilityState === 'visible' && void load();
    const timer = setInterval(look, everyMs);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [load, everyMs]);

  return { ...state, reload: () => void load() };
}

/** Filters that live in the URL: a copied address shows the same, back and forward are exact. */
export function useQuery(): [URLSearchParams, (changes: Readonly<Record<string, string>>) => void] {
  const [search, setSearch] = useState(location.search);
  useEffect(() => {
    const onBack = () => setSearch(location.search);
    addEventListener('popstate', onBack);
    return () => removeEventListener('popstate', onBack);
  }, []);
  const change = (changes: Readonly<Record<string, string>>) => {
    const query = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(changes)) {
      if (value) query.set(name, value);
      else query.delete(name);
    }
    history.pushState(null, '', query.size > 0 ? `?${query}` : location.pathname);
    setSearch(location.search);
  };
  return [new URLSearchParams(search), change];
}
