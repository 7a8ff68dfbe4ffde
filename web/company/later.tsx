import { render } from 'preact';
import { Reconciliation } from './reconciliation.tsx';

/** What an accountant asks for now and then: see ui/Later.tsx. */
export function reconciliation(at: HTMLElement, date: string): () => void {
  render(<Reconciliation date={date} />, at);
  return () => render(null, at);
}
