import { useEffect, useRef, useState } from 'preact/hooks';
import { Refused, TIMEOUT_MS } from './client.ts';
import { ProblemNotice } from './Notice.tsx';

interface LaterProps<Parts> {
  /** Draws one of the parts at its place, and gives what takes it away again. */
  draw(parts: Parts, at: HTMLElement): () => void;
}

/**
 * What few readers want, and only when they ask for it: the page's `later.tsx`, a script of its own (with a Preact of
 * its own, which draws inside its place) that is loaded then, so that nobody waits for it before. If the two shared one
 * Preact, that would be a file of its own, and every first load one request longer.
 */
export function Later<Parts>({ draw }: LaterProps<Parts>) {
  const place = useRef<HTMLDivElement>(null);
  const [isLost, setLost] = useState(false);
  useEffect(() => {
    const at = place.current as HTMLElement;
    const drawn = import(document.getElementById('texts')?.dataset.later as string).then((parts) => draw(parts, at));
    const late = setTimeout(() => setLost(true), TIMEOUT_MS); // what comes later still is drawn
    drawn
      .then(
        () => setLost(false),
        () => setLost(true),
      )
      .finally(() => clearTimeout(late));
    return () =>
      void drawn.then(
        (takeAway) => takeAway(),
        () => undefined,
      );
  }, []);
  return (
    <>
      <div ref={place} />
      {isLost && <ProblemNotice error={new Refused(0, {})} />}
    </>
  );
}
