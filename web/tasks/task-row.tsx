import type { Task } from '#contracts/rest/tasks';
import { Table, type TableProps } from '../ui/List.tsx';
import { Money } from '../ui/Money.tsx';
import { t } from './row-texts.ts';

/** A task's title with its Jira id, if it has one; where its id is known it leads to the task. */
export const Title = ({ task: { jiraId, title }, id }: { task: Pick<Task, 'jiraId' | 'title'>; id?: string }) => (
  <>
    {jiraId && <span class="tag">{jiraId}</span>} {id ? <a href={`/tasks/task/?id=${id}`}>{title}</a> : title}
  </>
);

/** What an assignment costs and its closing brings; a worker sees it of own tasks only. */
export const Amounts = ({ task: { feeCents, rewardCents } }: { task: Task }) => (
  <>
    <Amount cents={feeCents && -feeCents} />
    <Amount cents={rewardCents} />
  </>
);

const Amount = ({ cents }: { cents: number | undefined }) => (
  <td class="number">
    {cents === undefined ? <span class="soft small">{t('hidden')}</span> : <Money cents={cents} movement />}
  </td>
);

interface TaskTableProps extends Pick<TableProps, 'actions' | 'body' | 'children'> {
  /** Headings of the columns between the task and its amounts. */
  readonly more: readonly string[];
}

export const TaskTable = ({ more, ...rest }: TaskTableProps) => (
  <Table texts={[t('task'), ...more]} numbers={[t('fee'), t('reward')]} {...rest} />
);
