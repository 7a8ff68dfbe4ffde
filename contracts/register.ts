import { payoutRequestedV1 } from './accounts/payout-requested.v1.ts';
import { payoutBlockedV1 } from './billing/payout-blocked.v1.ts';
import type { EventContract } from './event.ts';
import { taskAssignedV1 } from './tasks/task-assigned.v1.ts';
import { taskAssignedV2 } from './tasks/task-assigned.v2.ts';
import { taskClosedV1 } from './tasks/task-closed.v1.ts';
import { taskClosedV2 } from './tasks/task-closed.v2.ts';

/** Every event that there is or ever was. Tests compare each with the frozen sample beside its file. */
export const register: readonly EventContract[] = [
  taskAssignedV1,
  taskAssignedV2,
  taskClosedV1,
  taskClosedV2,
  payoutRequestedV1,
  payoutBlockedV1,
];
