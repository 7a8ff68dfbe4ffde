import { defineFunction } from '#platform/define-function';
import { closeDay } from './close-day.ts';
import { overdueDay } from './overdue.ts';
import { payChunk } from './pay-chunk.ts';

/** «Закрытие дня»: fixes cut-offs at somebody's command or when a day is over, and pays out what each day owes. */
export default defineFunction({ name: 'accounts-close-day', http: [closeDay], work: payChunk, measures: overdueDay });
