import { useEffect, useRef, useState } from 'preact/hooks';
import { get, type Refused } from './client.ts';
import { joinNewest, type ListPage } from './rows.ts';

export interface Live<T> {
  readonly data: T | null;
  /** Why the last try failed; `data` is then as old as `at` says. */
  readonly error: Refused | null;
  /** When `data` was last seen to be so. */
  readonly at: Date | null;
  reload(): void;
}

const EVERY_MS = 3_000;
/** More than a screen; what is read again and again should be small. */
const FIRST_ROWS = 20;

/**
 * Reads a path now and again every few seconds while the page is visible; unchanged answers draw nothing anew. Of no
 * path (null) nothing is read.
 */
export function useLive<T>(path: string | null, everyMs = EVERY_MS): Live<T> {
  const nothing = { path, data: null, error: null };
  const [state, setState] = useState<{ path: string | null; data: T | null; error: Refused | null }>(nothing);
  const seenAt = useRef<Date | null>(null);
  const load = useRef<() => void>(() => undefined);

  useEffect(() => {
    if (path === null) return;
    let over = false;
    let busy = false; // a slow answer must not be overtaken by the next
    let timer: ReturnType<typeof setTimeout> | undefined;
    seenAt.current = null;

    load.current = async () => {
      if (busy || over) return;
      busy = true;
      clearTimeout(timer);
      let waitMs = everyMs;
      try {
        const data = await get<T>(path);
        if (over) return;
        seenAt.current = new Date();
        setState((old) => {
          const isSame = old.path === path && !old.error && JSON.stringify(old.data) === JSON.stringify(data);
          return isSame ? old : { path, data, error: null };
        });
      } catch (failure) {
        if (over) return;
        const error = failure as Refused;
        // What is not for the reader's role is not asked for again by itself.
        waitMs = error.status === 403 ? 0 : Math.max(everyMs, error.retryAfterSeconds * 1_000);
        setState((old) => ({ path, data: old.path === path ? old.data : null, error }));
      }
      busy = false;
      if (waitMs) timer = setTimeout(look, waitMs);
    };
    const look = () => document.visibilityState === 'visible' && load.current();
    load.current();
    document.addEventListener('visibilitychange', look);
    return () => {
      over = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [path, everyMs]);

  const { data, error } = state.path === path ? state : nothing; // another filter: nothing of it is known yet
  return { data, error, at: seenAt.current, reload: () => load.current() };
}

export interface LiveList<T, P extends ListPage<T> = ListPage<T>> extends Live<readonly T[]> {
  /** The newest page as it was answered, with what it says of the whole list. */
  readonly newest: P | null;
  /** Reads the next older page, or goes on reading it; null at the end. */
  readonly more: (() => void) | null;
  /** Why the last older page could not be read. */
  readonly moreError: Refused | null;
}

/** A list whose newest page stays live, and to which older pages are added as the reader asks for them. */
export function useLiveList<T extends { readonly id: string }, P extends ListPage<T> = ListPage<T>>(
  path: string,
  everyMs = EVERY_MS,
): LiveList<T, P> {
  const live = useLive<P>(`${path}${path.includes('?') ? '&' : '?'}limit=${FIRST_ROWS}`, everyMs);
  const [list, setList] = useState<(ListPage<T> & { path: string }) | null>(null);
  const [older, setOlder] = useState<{ path: string; busy: boolean; error: Refused | null } | null>(null);

  useEffect(() => {
    const newest = live.data;
    if (newest) setList((old) => ({ ...(old?.path === path ? joinNewest(old, newest) : newest), path }));
  }, [path, live.data]);

  const shown = list?.path === path ? list : null;
  const asked = older?.path === path ? older : null;

  async function readMore(cursor: string) {
    setOlder({ path, busy: true, error: null });
    try {
      const page = await get<ListPage<T>>(`${path}${path.includes('?') ? '&' : '?'}cursor=${cursor}`);
      setList((old) =>
        old?.path === path && old.nextCursor === cursor
          ? { path, items: [...old.items, ...page.items], nextCursor: page.nextCursor }
          : old,
      );
      setOlder({ path, busy: false, error: null });
    } catch (error) {
      setOlder({ path, busy: false, error: error as Refused });
    }
  }

  const next = shown?.nextCursor ?? null;
  return {
    ...live,
    newest: live.data,
    data: shown?.items ?? null,
    more: next === null ? null : () => asked?.busy || void readMore(next),
    moreError: asked?.error ?? null,
  };
}

/** The address's query, and a way to change some of it; an empty value takes a name out. */
export interface Query {
  readonly query: URLSearchParams;
  change(changes: Readonly<Record<string, string>>): void;
}

const DAYS = /^(day|from|to|on)$/;

/** What an address asks for; a day that there is not is not asked for. */
function queryOf(search: string): URLSearchParams {
  const query = new URLSearchParams(search);
  for (const [name, value] of new URLSearchParams(search)) {
    if (DAYS.test(name) && new Date(value).toJSON()?.slice(0, 10) !== value) query.delete(name);
  }
  return query;
}

/** Filters that live in the URL: a copied address shows the same, back and forward are exact. */
export function useQuery(): [Query['query'], Query['change']] {
  const [search, setSearch] = useState(location.search);
  useEffect(() => {
    const onBack = () => setSearch(location.search);
    addEventListener('popstate', onBack);
    return () => removeEventListener('popstate', onBack);
  }, []);
  const change = (changes: Readonly<Record<string, string>>) => {
    const query = queryOf(location.search);
    for (const [name, value] of Object.entries(changes)) {
      if (value) query.set(name, value);
      else query.delete(name);
    }
    history.pushState(null, '', query.size > 0 ? `?${query}` : location.pathname);
    setSearch(location.search);
  };
  return [queryOf(search), change];
}

/** The path of a list, with those of the address's filters that it knows. */
export function filteredPath(base: string, query: URLSearchParams, names: readonly string[]): string {
  const filters = new URLSearchParams([...query].filter(([name, value]) => names.includes(name) && value));
  return filters.size > 0 ? `${base}?${filters}` : base;
}
