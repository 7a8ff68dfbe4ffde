import type { NewTask } from '#contracts/rest/tasks';

/** A Jira id at the beginning, as trackers and chats write it: `ABC-1 Title`, `[ABC-1] - Title`, `ABC-1: Title`. */
const WITH_ID = /^\[?([A-Z][A-Z0-9]*-\d+)\]?\s*[-–—:]?\s+(.+)$/u;
const BULLET = /^(?:[-*•]|\d+[.)])\s+/u;

/** The tasks in a pasted text, one a line; its bullets and numbers are no part of a title. */
export function tasksIn(text: string): NewTask[] {
  return text.split(/[\r\n]+/).flatMap((line) => {
    const rest = line.trim().replace(BULLET, '');
    if (rest === '') return [];
    const [, jiraId, title] = WITH_ID.exec(rest) ?? [];
    return jiraId && title ? { title, jiraId } : { title: rest };
  });
}

/** A task as the line that it could come from. */
export const lineOf = ({ jiraId, title }: NewTask): string => (jiraId ? `${jiraId} ${title}` : title);
