import { render } from 'preact';
import type { RebuildRequest } from '#contracts/rest/analytics';
import { Rebuild } from './rebuild.tsx';

/** What is an admin's alone: see ui/Later.tsx. */
export function rebuild(at: HTMLElement, proposed: RebuildRequest): () => void {
  render(<Rebuild {...proposed} />, at);
  return () => render(null, at);
}
