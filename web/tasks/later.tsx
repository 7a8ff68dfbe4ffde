import { render } from 'preact';
import { ManyTasks, type ManyTasksProps } from './many-tasks.tsx';

/** For whoever pastes many lines: see ui/Later.tsx. */

export function manyTasks(at: HTMLElement, given: ManyTasksProps): () => void {
  render(<ManyTasks {...given} />, at);
  return () => render(null, at);
}
