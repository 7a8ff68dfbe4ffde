import type { ComponentChildren, ComponentType } from 'preact';
import type { Refused } from './client.ts';
import type { Live, LiveList } from './live.ts';
import { Empty, Loading, ProblemNotice } from './Notice.tsx';
import { problemText, t } from './texts.ts';

/** What has been read; until then that it loads, or why it could not be read. */
export function Loaded<T>({ live, children }: { live: Live<T>; children(data: T): ComponentChildren }) {
  if (live.data !== null) return <>{children(live.data)}</>;
  if (live.error?.status === 422) return <WrongFilters error={live.error} />;
  return live.error ? <ProblemNotice error={live.error} retry={live.reload} /> : <Loading />;
}

/** The address asks for what there is not: to ask again would lead to nothing. */
const WrongFilters = ({ error }: { error: Refused }) => (
  <div class="notice bad" role="alert">
    <strong>
      {error.message}: {error.problem.errors?.map(({ pointer }) => problemText(pointer.slice(1), pointer)).join()}
    </strong>
    <p>
      <a class="button" href="?">
        {t('clearFilters')}
      </a>
    </p>
  </div>
);

interface ListProps<T> {
  readonly list: Live<readonly T[]> & Partial<LiveList<T>>;
  /** Said where there are no rows: why, and what to do about it. */
  readonly none: ComponentChildren;
  children(rows: readonly T[]): ComponentChildren;
}

/** A list in each of its states, with the button for its next page. */
export function List<T>({ list, none, children }: ListProps<T>) {
  return (
    <Loaded live={list}>
      {(rows) => (
        <>
          {rows.length > 0 ? children(rows) : <Empty>{none}</Empty>}
          {list.moreError && <ProblemNotice error={list.moreError} />}
          {list.more && (
            <button type="button" class="button" onClick={list.more}>
              {t('more')}
            </button>
          )}
        </>
      )}
    </Loaded>
  );
}

export interface TableProps {
  /** Headings of the first columns, which hold texts. */
  readonly texts: readonly string[];
  /** Headings of the columns after them, which hold amounts. */
  readonly numbers?: readonly string[];
  /** Whether the last column, which has no heading, holds buttons. */
  readonly actions?: boolean;
  /** It keeps its columns where the screen is narrow, and goes sideways there: its figures mean nothing without headings. */
  readonly wide?: boolean;
  /** `LongBody` where there may be thousands of rows. */
  readonly body?: ComponentType<{ children: ComponentChildren }> | 'tbody';
  /** Its rows. */
  readonly children: ComponentChildren;
}

/** The headings as the style can take them: `--h1`, `--h2` ... stand before their cells where there is no head to see. */
const labelsOf = (headings: readonly string[]) =>
  Object.fromEntries(headings.map((heading, i) => [`--h${i + 1}`, `"${heading}"`]));

/** A table that turns into a stack of rows where the screen is narrow, each value with its heading before it. */
export const Table = ({ texts, numbers = [], actions, wide, body: Body = 'tbody', children }: TableProps) => (
  <div class="scroll">
    <table class={wide ? 'wide' : 'stack'} style={labelsOf([...texts, ...numbers])}>
      <thead>
        <tr>
          {texts.map((heading) => (
            <th key={heading}>{heading}</th>
          ))}
          {numbers.map((heading) => (
            <th key={heading} class="number">
              {heading}
            </th>
          ))}
          {actions && <td />}
        </tr>
      </thead>
      <Body>{children}</Body>
    </table>
  </div>
);
