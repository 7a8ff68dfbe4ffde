import { useState } from 'preact/hooks';
import { t } from './texts.ts';

interface Point {
  readonly name: string;
  readonly value: number;
  /** How the value is written. */
  readonly text: string;
}

interface ChartProps {
  readonly label: string;
  /** In the order of time. */
  readonly points: readonly Point[];
  readonly bars?: boolean;
  /** Headings of the same as a table; left out where the page has that table anyway. */
  readonly table?: readonly [string, string];
}

const WIDTH = 320;
const HEIGHT = 90;
const PAD = 4;

/**
 * Values over time. A slider lies over the drawing: keys, mouse and finger go from point to point, and the point's
 * value is written below and announced.
 */
export function Chart({ label, points, bars, table }: ChartProps) {
  const [chosen, setChosen] = useState<number | null>(null);
  const last = points.length - 1;
  const at = Math.min(chosen ?? last, last);
  const point = points[at];
  if (!point) return null;

  const values = points.map(({ value }) => value);
  const top = Math.max(0, ...values);
  const span = top - Math.min(0, ...values) || 1;
  const x = (i: number) => PAD + ((WIDTH - 2 * PAD) * i) / (last || 1);
  const y = (value: number) => PAD + ((HEIGHT - 2 * PAD) * (top - value)) / span;
  const said = `${point.name}: ${point.text}`;

  return (
    <figure class="chart">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
        <path class="axis" d={`M0 ${y(0)}H${WIDTH}`} />
        <path
          class={bars ? 'bars' : 'line'}
          d={values
            .map((value, i) => (bars ? `M${x(i)} ${y(0)}V${y(value)}` : `${i ? 'L' : 'M'}${x(i)} ${y(value)}`))
            .join('')}
        />
        <circle cx={x(at)} cy={y(point.value)} r={PAD - 1} />
      </svg>
      <input
        type="range"
        aria-label={label}
        aria-valuetext={said}
        max={last}
        value={at}
        onInput={(event) => setChosen(event.currentTarget.valueAsNumber)}
      />
      <figcaption>{said}</figcaption>
      {table && (
        <details>
          <summary>{t('asTable')}</summary>
          <table>
            <thead>
              <tr>
                <th>{table[0]}</th>
                <th class="number">{table[1]}</th>
              </tr>
            </thead>
            <tbody>
              {points.map(({ name, text }) => (
                <tr key={name}>
                  <td>{name}</td>
                  <td class="number">{text}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </figure>
  );
}
