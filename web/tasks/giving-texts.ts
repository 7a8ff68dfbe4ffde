import { type TextOf, type TextsLike, textOf } from '../ui/texts.ts';

const ru = {
  reassign: 'Переназначить',
  giveTitle: 'Переназначить задачу',
  giveAsk:
    'Задачу «{title}» получит случайный исполнитель, возможно, тот же самый. С него спишется {fee}; прежнему исполнителю плата не возвращается.',
  given: '«{title}»: теперь у исполнителя {name}, списано {fee}.',
  givenAgain: '«{title}»: снова выпал исполнитель {name}, списано {fee}.',
  giveLost: '«{title}»: ответа пока нет. Страница сама узнает, переназначена ли задача; дважды плата не спишется.',
};

const en: TextsLike<typeof ru> = {
  reassign: 'Reassign',
  giveTitle: 'Reassign the task',
  giveAsk:
    'A random worker gets “{title}”, perhaps the same one, and is charged {fee}; whoever has it now gets no fee back.',
  given: '“{title}” was given to {name}, charged {fee}.',
  givenAgain: '“{title}”: {name} was drawn again, charged {fee}.',
  giveLost: '“{title}”: no answer yet. This page finds out by itself whether it was given; nobody is charged twice.',
};

export const texts = { ru, en };
export const t: TextOf<keyof typeof ru> = textOf;
