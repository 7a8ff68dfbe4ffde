import type { ComponentChildren } from 'preact';

/** How a thing is doing, in a word; tone and mark only underline it. */
export type Tone = 'good' | 'bad' | 'busy' | 'idle';

export const Status = ({ tone, children }: { tone: Tone; children: ComponentChildren }) => (
  <span class={`status ${tone}`}>{children}</span>
);
