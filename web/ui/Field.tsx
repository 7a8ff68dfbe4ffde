import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';

interface FieldProps {
  readonly label: string;
  readonly error?: string | undefined;
  /** Draws the control with what ties it to label and error. */
  children(control: { id: string; 'aria-invalid'?: 'true'; 'aria-describedby'?: string }): ComponentChildren;
}

export function Field({ label, error, children }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, ...(error ? { 'aria-invalid': 'true', 'aria-describedby': `${id}-error` } : {}) })}
      {error && (
        <p class="error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

/** The one main button of a form; while `busy` it takes no second press. */
export function Submit({ busy, children }: { busy: boolean; children: ComponentChildren }): JSX.Element {
  return (
    <button type="submit" class="button main" disabled={busy}>
      {children}
    </button>
  );
}

/** A search that goes off with Enter or when the field is left; it is not drawn anew while somebody types. */
export function Search({ label, value, search }: { label: string; value: string; search(text: string): void }) {
  return (
    <Field label={label}>
      {(control) => (
        <input
          {...control}
          key={value}
          type="search"
          defaultValue={value}
          onChange={(event) => search(event.currentTarget.value.trim())}
        />
      )}
    </Field>
  );
}

/** One of some values, each with its text; the first is mostly "any", with the empty value. */
export function Select({ label, value, options, choose }: SelectProps) {
  return (
    <Field label={label}>
      {(control) => (
        <select {...control} value={value} onInput={(event) => choose(event.currentTarget.value)}>
          {options.map(([option, text]) => (
            <option key={option} value={option}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  choose(value: string): void;
}
