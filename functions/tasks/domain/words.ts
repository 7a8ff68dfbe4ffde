const MAX_WORD = 40;

/** Case and accents make no difference in a search: ё is found as е, É as e. */
const folded = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

const shortened = (word: string): string => [...word].slice(0, MAX_WORD).join('');

/** A run from its first letter or digit on: a bracket or quotation mark before it makes no other word of it. */
const ledByWord = (run: string): string => run.replace(/^[^\p{L}\p{N}]+/u, '');

/** What a task is found by: its Jira id, each run without white space of its title, and the words within it. */
export function wordsOf({ title, jiraId }: { title: string; jiraId: string | null }): string[] {
  const runs = folded(title).split(/\s+/);
  const led = runs.map(ledByWord);
  const within = runs.flatMap((run) => run.split(/[^\p{L}\p{N}]+/u));
  const words = [...led, ...within, ...(jiraId ? [folded(jiraId)] : [])];
  return [...new Set(words.filter((word) => word !== '').map(shortened))];
}

/** The beginnings that a search asks for: a task must have a word for each of them. */
export const beginningsOf = (search: string): string[] => [
  ...new Set(
    folded(search)
      .split(/\s+/)
      .filter((run) => run !== '')
      .map((run) => shortened(ledByWord(run) || run)),
  ),
];
