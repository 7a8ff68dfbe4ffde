import { Page, start } from '../ui/Page.tsx';
import { choice, t } from '../ui/texts.ts';
import { AddTask } from './add-task.tsx';
import { MyTasks } from './my-tasks.tsx';

/** What a role has most to do with comes first; the cookie only arranges the page, no server believes it. */
function Tasks() {
  const manages = choice('role') === 'manager' || choice('role') === 'admin';
  return (
    <Page title={t('tasks')}>
      {manages ? <AddTask /> : <MyTasks />}
      {manages ? <MyTasks /> : <AddTask />}
    </Page>
  );
}

start(<Tasks />, 'tasks');
