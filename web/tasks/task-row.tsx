import type { ComponentChildren } from 'preact';
import type { Task } from '#contracts/rest/tasks';
import { Money } from '../ui/Money.tsx';
import { t } from './row-texts.ts';

/** A task's title with its Jira id, if it has one. */
export const Title = ({ task: { jiraId, title } }: { task: Pick<Task, 'jiraId' | 'title'> }) => (
  <>
    {jiraId && <span class="tag">{jiraId}</span>} {title}
  </>
);

/** What an assignment costs and its closing brings; a worker sees it of own tasks only. */
export function Amounts({ task: { feeCents, rewardCents } }: { task: Task }) {
  if (feeCents === undefined || rewardCents === undefined) {
    const hidden = <span class="soft small">{t('hidden')}</span>;
    return (
      <>
        <td class="number">{hidden}</td>
        <td class="number">{hidden}</td>
      </>
    );
  }
  return (
    <>
      <td class="number">
        <Money cents={-feeCents} movement />
      </td>
      <td class="number">
        <Money cents={rewardCents} movement />
      </td>
    </>
  );
}

/** A table of tasks; `more` are the headings between the task and its amounts, `last` has none. */
export function TaskTable({ more = [], children }: { more?: readonly string[]; children: ComponentChildren }) {
  return (
    <div class="scroll">
      <table class="stack">
        <thead>
          <tr>
            <th>{t('task')}</th>
            {more.map((heading) => (
              <th key={heading}>{heading}</th>
            ))}
            <th class="number">{t('fee')}</th>
            <th class="number">{t('reward')}</th>
            <td />
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
