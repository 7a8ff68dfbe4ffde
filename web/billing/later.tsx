import { type ComponentChildren, render } from 'preact';
import { Letters } from './letters.tsx';
import { RetryAll, type RetryAllProps } from './retry-all.tsx';

/** What an accountant asks for now and then: see ui/Later.tsx. */

export const retryAll = (at: HTMLElement, given: RetryAllProps) => draw(<RetryAll {...given} />, at);

export const letters = (at: HTMLElement, payoutId: string) => draw(<Letters payoutId={payoutId} />, at);

function draw(what: ComponentChildren, at: HTMLElement): () => void {
  render(what, at);
  return () => render(null, at);
}
