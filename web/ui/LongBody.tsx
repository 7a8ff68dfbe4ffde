import { type ComponentChildren, toChildArray } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

const CHUNK_ROWS = 50;
/** So much beyond the screen is drawn too: nobody scrolls into nothing. */
const AHEAD = '1000px';

/**
 * The body of a table that its reader may make long: rows far from the screen are not drawn, and leave room of their
 * height. A browser lays out a table as a whole, for seconds where it has ten thousand rows.
 */
export function LongBody({ children }: { children: ComponentChildren }) {
  const rows = toChildArray(children);
  if (rows.length <= CHUNK_ROWS) return <tbody>{rows}</tbody>;
  const starts = Array.from({ length: Math.ceil(rows.length / CHUNK_ROWS) }, (_, n) => n * CHUNK_ROWS);
  return (
    <>
      {starts.map((start) => (
        <Chunk key={start}>{rows.slice(start, start + CHUNK_ROWS)}</Chunk>
      ))}
    </>
  );
}

function Chunk({ children }: { children: ComponentChildren }) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [height, setHeight] = useState(0); // of the room that is left; 0: the rows are drawn
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => {
        const latest = entries.at(-1) as IntersectionObserverEntry; // those before it are of then
        setHeight(latest.isIntersecting ? 0 : latest.boundingClientRect.height);
      },
      { rootMargin: AHEAD },
    );
    observer.observe(body.current as Element);
    const drawAll = () => setHeight(0); // paper has no screen to be far from
    addEventListener('beforeprint', drawAll);
    return () => {
      observer.disconnect();
      removeEventListener('beforeprint', drawAll);
    };
  }, []);
  return (
    <tbody ref={body} style={height ? { display: 'block', height: `${height}px` } : undefined}>
      {height ? null : children}
    </tbody>
  );
}
