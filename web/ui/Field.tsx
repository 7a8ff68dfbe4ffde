import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { newKey } from './client.ts';

interface FieldProps {
  readonly label: string;
  readonly error?: string | undefined;
  /** Draws the control with what ties it to label and error. */
  children(control: { id: string; 'aria-invalid'?: 'true'; 'aria-describedby'?: string }): ComponentChildren;
}

export function Field({ label, error, children }: FieldProps) {
  const [id] = useState(newKey); // which no other script of the page can have, either
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

/**
 * The one main button of a form. While `busy` it takes no second press, but keeps the focus; when the answer has come,
 * the focus goes to the first field that is wrong.
 */
export function Submit({ busy, children }: { busy: boolean; children: ComponentChildren }): JSX.Element {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!busy) button.current?.form?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [busy]);
  return (
    <button
      ref={button}
      type="submit"
      class="button main"
      aria-disabled={busy}
      onClick={(event) => busy && event.preventDefault()}
    >
      {children}
    </button>
  );
}

/** A search that goes off with Enter or when the field is left; what somebody is typing stays. */
export function Search({ label, value, search }: { label: string; value: string; search(text: string): void }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    (field.current as HTMLInputElement).value = value;
  }, [value]);
  return (
    <Field label={label}>
      {(control) => (
        <input {...control} ref={field} type="search" onChange={(event) => search(event.currentTarget.value.trim())} />
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
