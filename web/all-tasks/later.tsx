import { type ComponentChildren, render } from 'preact';
import { ReassignAll, type ReassignAllProps } from './reassign.tsx';
import { Workload } from './workload.tsx';

/** What a manager asks for now and then: see ui/Later.tsx. */

export const reassignAll = (at: HTMLElement, given: ReassignAllProps) => draw(<ReassignAll {...given} />, at);

export const workload = (at: HTMLElement, choose: (userId: string) => void) => draw(<Workload choose={choose} />, at);

function draw(what: ComponentChildren, at: HTMLElement): () => void {
  render(what, at);
  return () => render(null, at);
}
