import { type TextOf, type TextsLike, textOf } from '../ui/texts.ts';

const ru = {
  missingHint: 'Проверьте адрес или начните со своей первой страницы.',
};

const en: TextsLike<typeof ru> = {
  missingHint: 'Check the address, or begin with your own first page.',
};

export const texts = { ru, en };
export const t: TextOf<keyof typeof ru> = textOf;
