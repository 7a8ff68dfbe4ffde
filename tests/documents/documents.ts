import { dirname, join } from 'node:path';

/** What documents say, as far as it can be compared with what there is. */

/** The anchors of a document's headings, as GitHub makes them. */
export const anchorsOf = (text: string): string[] =>
  [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Links within the project that lead nowhere. Paths are from the root of the project. */
export function brokenLinks(
  document: string,
  text: string,
  isThere: (path: string) => boolean,
  anchors: (path: string) => readonly string[],
): string[] {
  const links = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  const isBroken = (link: string) => {
    if (/^[a-z]+:/.test(link)) return false; // somebody else's
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? document : join(dirname(document), path);
    return !isThere(target) || (anchor !== undefined && !anchors(target).includes(anchor));
  };
  return links.filter(isBroken).map((link) => `${document}: ${link}`);
}

/** What a document shows and names: its links, its code without comments, its diagrams; in the order of the alphabet. */
export const namedIn = (text: string): string[] =>
  [
    ...[...withoutCode(text).matchAll(/(?:\]\(|src=")([^)"\s]+)/g)].map(([, link = '']) => link),
    ...[...text.matchAll(/```\w*\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
      block.split('\n').map((line) => line.replace(/\s*# .*/, '')),
    ),
    ...[...text.replace(/```[\s\S]*?```/g, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code),
  ].sort();

const withoutCode = (text: string): string => text.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '');

/** The names of the alarms that a source raises. */
export const alarmsIn = (source: string): string[] =>
  [...source.matchAll(/\balarm\(\s*[^,'"]+,\s*'([a-z-]+)'/g)].map(([, name]) => name as string);

/** The routes that a document names in code, each once and without query or body. */
export const routesIn = (text: string): string[] => [
  ...new Set(
    [...text.matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/api\/[^`?\s]+)/g)].map(
      ([, method, path]) => `${method} ${path}`,
    ),
  ),
];
