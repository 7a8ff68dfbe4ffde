import type { OpsStatus } from '#contracts/rest/ops';
import { Loaded } from '../ui/List.tsx';
import { useLive, useQuery } from '../ui/live.ts';
import { LiveMark } from '../ui/Notice.tsx';
import { start } from '../ui/start.tsx';
import { DeadLetters } from './dead-letters.tsx';
import { Health, Parts } from './health.tsx';

/** Whether everything works, and what did not: for admins. */
function System() {
  const [query, change] = useQuery();
  const status = useLive<OpsStatus>('/api/ops/status');
  return (
    <>
      <LiveMark live={status} />
      <Loaded live={status}>
        {(known) => (
          <>
            <Health status={known} choose={(name) => change({ function: name, letter: '' })} />
            <DeadLetters queues={known.queues} query={query} change={change} />
            <Parts status={known} />
          </>
        )}
      </Loaded>
    </>
  );
}

start(<System />);
