/** What rules and boards name, and what parts tell, as far as the two can be compared. */

/** The metrics that a source declares, with the suffixes that a histogram has. */
export const declaredIn = (source: string): string[] =>
  [...source.matchAll(/new (Counter|Gauge|Histogram)\(\{\s*name: '([a-z_]+)'/g)].flatMap(([, kind, name = '']) =>
    kind === 'Histogram' ? ['_bucket', '_count', '_sum'].map((suffix) => `${name}${suffix}`) : [name],
  );

/** The metrics of ours that an expression names. */
export const namedIn = (expression: string): string[] => [...new Set(expression.match(/\bates_[a-z_]+/g) ?? [])];
