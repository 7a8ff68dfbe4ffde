import Type, { type Static } from 'typebox';
import { Exactly, OneOf } from '#contracts/fields';

/**
 * How the mail server misbehaves, and for which share of the letters: refuses for now, refuses for good, or takes the
 * letter and hangs up before it says so.
 */
export const Faults = Exactly({
  mode: OneOf('none', 'refuse-4xx', 'refuse-5xx', 'lose-answer'),
  share: Type.Number({ minimum: 0, maximum: 1 }),
});
export type Faults = Static<typeof Faults>;

export const NO_FAULTS: Faults = { mode: 'none', share: 0 };
