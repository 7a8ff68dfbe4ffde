import { expect, it } from 'vitest';
import { messageIdOf } from './message-id.ts';

const payoutId = '5d6f0c1e-3b7a-5f42-9a8d-1c2b3d4e5f60';

it.each([
  ['payout', '', 1, `<${payoutId}.payout@ates.example>`],
  ['payout', '', 2, `<${payoutId}.payout.2@ates.example>`],
  ['payout-blocked', 'no-card', 1, `<${payoutId}.payout-blocked.no-card@ates.example>`],
  ['payout-blocked', 'card-refused', 3, `<${payoutId}.payout-blocked.card-refused.3@ates.example>`],
])('a letter is named by payout, kind and reason, a copy by its number too: %s %s %i', (kind, reason, copyNo, id) => {
  expect(messageIdOf({ payoutId, kind, reason, copyNo }, 'ates.example')).toBe(id);
});
