import { render } from 'preact';
import { Workload } from './workload.tsx';

/** What a manager asks for now and then: see ui/Later.tsx. */

export function workload(at: HTMLElement, choose: (userId: string) => void): () => void {
  render(<Workload choose={choose} />, at);
  return () => render(null, at);
}
