import { hasRole } from '../ui/choices.ts';
import { start } from '../ui/start.tsx';
import { AddTask } from './add-task.tsx';
import { MyTasks } from './my-tasks.tsx';

/** What a role has most to do with comes first. */
function Tasks() {
  const manages = hasRole('manager', 'admin');
  return (
    <>
      {manages ? <AddTask /> : <MyTasks />}
      {manages ? <MyTasks /> : <AddTask />}
    </>
  );
}

start(<Tasks />);
