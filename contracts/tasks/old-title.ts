const OLD_TITLE = /^\[([A-Z][A-Z0-9]{0,19}-[1-9][0-9]{0,9})\](?: -)? +(.+)$/s;

/** Splits `[ABC-1] - Title`, as v1 events and old tasks have it; a title without a Jira id stays whole. */
export function splitOldTitle(title: string): { jiraId: string | null; title: string } {
  const match = OLD_TITLE.exec(title);
  return match?.[1] && match[2] ? { jiraId: match[1], title: match[2] } : { jiraId: null, title };
}
