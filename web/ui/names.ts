import { useEffect, useState } from 'preact/hooks';
import type { Users } from '#contracts/rest/auth';
import { get } from './client.ts';

const known = new Map<string, string>();
const asked = new Set<string>();
/** Draws anew what shows names: somebody else there may have asked for them. */
const shown = new Set<() => void>();
const wanted = new Set<string>();
const MOST_AT_ONCE = 200;
/** After this names are asked for again that Auth could not tell. */
const AGAIN_MS = 3_000;
let isWaiting = false;

/** Names of people by id; "…" until Auth has told them, and while it is away: what is shown beside them is there all the same. */
export function useNames(ids: readonly string[]): (id: string) => string {
  const [, setCount] = useState(0);
  useEffect(() => {
    const draw = () => setCount(known.size);
    shown.add(draw);
    draw(); // some may have come before
    return () => void shown.delete(draw);
  }, []);
  const missing = ids.filter((id) => !asked.has(id));
  useEffect(() => {
    for (const id of missing) wanted.add(id);
    if (!isWaiting) setTimeout(ask);
    isWaiting = true; // whatever else of the page asks in this moment goes along
  }, [missing.join()]);
  return (id) => known.get(id) ?? '…';
}

function ask(): void {
  isWaiting = false;
  const ids = [...wanted].filter((id) => !asked.has(id)).slice(0, MOST_AT_ONCE);
  wanted.clear();
  if (ids.length === 0) return;
  for (const id of ids) asked.add(id);
  get<Users>(`/api/auth/users?limit=${MOST_AT_ONCE}&ids=${ids.join(',')}`)
    .then(
      ({ items }) => {
        for (const user of items) known.set(user.id, user.name);
      },
      () => {
        for (const id of ids) asked.delete(id);
        setTimeout(() => {
          for (const id of ids) wanted.add(id);
          ask();
        }, AGAIN_MS);
      },
    )
    .finally(() => {
      for (const draw of shown) draw();
    });
}
