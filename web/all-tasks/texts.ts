import { type TextOf, type TextsLike, textOf } from '../ui/texts.ts';

const ru = {
  search: 'Поиск: начало слова или номер в Jira',
  status: 'Состояние',
  anybody: 'любой',
  from: 'Добавлены с',
  to: 'По',
  anyStatus: 'любое',
  status_open: 'открыта',
  status_closed: 'закрыта',
  allNone: 'Таких задач нет.',
  reassignNamed: 'Переназначить: {title}',
  reassignAll: 'Переназначить все открытые',
  reassignAsk: 'Открытых задач: {tasks}. Каждую получит случайный исполнитель (их {workers}), и с них спишется {fees}.',
  reassignRefund: 'Прежним исполнителям плата не возвращается.',
  reassignDo: 'Переназначить',
  reassignRuns: 'Переназначение: {done} из {total}',
  reassignDone: 'Переназначено: {done}, закрыто тем временем: {skipped}, списано {fees}.',
  reassignBy: '{name}: {count}',
  workload: 'У кого сколько открытых задач',
  workloadOpen: 'Открытых',
  workloadNone: 'Открытых задач нет ни у кого.',
  workloadMost: 'Показаны {count} самых загруженных.',
};

const en: TextsLike<typeof ru> = {
  search: 'Search: start of a word, or a Jira id',
  status: 'Status',
  anybody: 'anybody',
  from: 'Added from',
  to: 'To',
  anyStatus: 'any',
  status_open: 'open',
  status_closed: 'closed',
  allNone: 'There are no such tasks.',
  reassignNamed: 'Reassign: {title}',
  reassignAll: 'Reassign all open tasks',
  reassignAsk: 'Open tasks: {tasks}. A random worker gets each (of {workers}), and they are charged {fees}.',
  reassignRefund: 'Nobody who had one gets the fee back.',
  reassignDo: 'Reassign',
  reassignRuns: 'Reassigning: {done} of {total}',
  reassignDone: 'Reassigned: {done}, closed meanwhile: {skipped}, charged {fees}.',
  reassignBy: '{name}: {count}',
  workload: 'Who has how many open tasks',
  workloadOpen: 'Open',
  workloadNone: 'Nobody has an open task.',
  workloadMost: 'The {count} with most are shown.',
};

export const texts = { ru, en };
export const t: TextOf<keyof typeof ru> = textOf;
