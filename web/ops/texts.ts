import type { TextsLike } from '../ui/texts.ts';

const ru = {
  'dead-letters-busy': 'Отложенные события сейчас читает кто-то другой. Попробуйте через пару секунд',
};

const en: TextsLike<typeof ru> = {
  'dead-letters-busy': 'Somebody else is reading the parked events. Try again in a few seconds',
};

export const texts = { ru, en };
