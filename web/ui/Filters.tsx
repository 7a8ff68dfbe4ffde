import type { ComponentChildren } from 'preact';
import { Field } from './Field.tsx';
import type { Query } from './live.ts';
import { t } from './texts.ts';

interface FiltersProps extends Query {
  /** What of the address they are. */
  readonly names: readonly string[];
  readonly children: ComponentChildren;
}

/** Fields that filter a list by the address, and a button that takes all of them back while there are any. */
export const Filters = ({ names, query, change, children }: FiltersProps) => (
  <div class="row filters no-print">
    {children}
    {names.some((name) => query.get(name)) && (
      <button
        type="button"
        class="button quiet"
        onClick={() => change(Object.fromEntries(names.map((name) => [name, ''])))}
      >
        {t('clearFilters')}
      </button>
    )}
  </div>
);

interface DayFilterProps extends Query {
  readonly label: string;
  readonly name: string;
  /** What is shown where the address says nothing. */
  readonly otherwise?: string;
  readonly min?: string;
  readonly max?: string;
}

export const DayFilter = ({ label, name, otherwise = '', query, change, ...bounds }: DayFilterProps) => (
  <Field label={label}>
    {(control) => (
      <input
        {...control}
        {...bounds}
        type="date"
        value={query.get(name) ?? otherwise}
        onInput={(event) => change({ [name]: event.currentTarget.value })}
      />
    )}
  </Field>
);
