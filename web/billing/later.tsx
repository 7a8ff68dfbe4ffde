import { type ComponentChildren, render } from 'preact';
import { CardForm, type CardFormProps } from './card-form.tsx';
import { Letters } from './letters.tsx';
import { RetryAll, type RetryAllProps } from './retry-all.tsx';
import { RetryOne, type RetryOneProps } from './retry-one.tsx';

/** What is asked for now and then: see ui/Later.tsx. */

export const retryAll = (at: HTMLElement, given: RetryAllProps) => draw(<RetryAll {...given} />, at);

export const cardForm = (at: HTMLElement, given: CardFormProps) => draw(<CardForm {...given} />, at);

export const retryOne = (at: HTMLElement, given: RetryOneProps) => draw(<RetryOne {...given} />, at);

export const letters = (at: HTMLElement, payoutId: string) => draw(<Letters payoutId={payoutId} />, at);

function draw(what: ComponentChildren, at: HTMLElement): () => void {
  render(what, at);
  return () => render(null, at);
}
