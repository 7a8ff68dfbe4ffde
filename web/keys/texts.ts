import { type TextOf, type TextsLike, textOf } from '../ui/texts.ts';

const ru = {
  keysTitle: 'Клавиши',
  keysHint: 'Работают вне полей ввода, при любой раскладке.',
  keysSheet: 'эта подсказка',
  keysSearch: 'к поиску на странице',
  keysMove: 'следующая и предыдущая строка',
  keysOpen: 'открыть строку',
  keysBack: 'из строки; на странице без раздела — назад',
  keysAct: 'закрыть задачу строки или все выбранные',
  keysSelect: 'выбрать несколько строк',
  keysSelected: 'Выбрано задач: {count}. x закроет их, Esc снимет выбор.',
  keysAdd: 'добавить задачу',
  keysPalette: 'команды и разделы',
  keysGo: 'раздел «{name}»',
  keysOff: 'Выключить клавиши',
  keysOn: 'Включить клавиши',
  keysOffDone: 'Клавиши выключены. Включить: Ctrl+K или страница профиля.',
  keysClose: 'Закрыть',
  paletteTitle: 'Команды и разделы',
  paletteField: 'Раздел, команда или задача',
  paletteFind: 'Найти задачу «{text}»',
};

const en: TextsLike<typeof ru> = {
  keysTitle: 'Keys',
  keysHint: 'They work outside of fields, whatever the language of the keyboard.',
  keysSheet: 'this sheet',
  keysSearch: 'to the search of the page',
  keysMove: 'the next and the previous row',
  keysOpen: 'open the row',
  keysBack: 'out of the row; on a page outside the sections: back',
  keysAct: 'close the task of the row, or all selected ones',
  keysSelect: 'select several rows',
  keysSelected: 'Tasks selected: {count}. x closes them, Esc selects none.',
  keysAdd: 'add a task',
  keysPalette: 'commands and sections',
  keysGo: 'the section “{name}”',
  keysOff: 'Switch the keys off',
  keysOn: 'Switch the keys on',
  keysOffDone: 'The keys are off. Ctrl+K or your profile switches them on.',
  keysClose: 'Close',
  paletteTitle: 'Commands and sections',
  paletteField: 'Section, command or task',
  paletteFind: 'Find the task “{text}”',
};

export const texts = { ru, en };
export const t: TextOf<keyof typeof ru> = textOf;
