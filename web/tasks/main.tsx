import { choice } from '../ui/choices.ts';
import { start } from '../ui/start.tsx';
import { AddTask } from './add-task.tsx';
import { MyTasks } from './my-tasks.tsx';

/** What a role has most to do with comes first; the cookie only arranges the page, no server believes it. */
function Tasks() {
  const manages = choice('role') === 'manager' || choice('role') === 'admin';
  return (
    <>
      {manages ? <AddTask /> : <MyTasks />}
      {manages ? <MyTasks /> : <AddTask />}
    </>
  );
}

start(<Tasks />);
