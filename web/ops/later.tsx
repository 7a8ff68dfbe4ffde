import { render } from 'preact';
import { Letter, type LetterProps } from './letter.tsx';

/** What an admin opens now and then: see ui/Later.tsx. */
export function letter(at: HTMLElement, given: LetterProps): () => void {
  render(<Letter {...given} />, at);
  return () => render(null, at);
}
