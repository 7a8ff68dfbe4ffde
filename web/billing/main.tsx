import { hasRole } from '../ui/choices.ts';
import { start } from '../ui/start.tsx';
import { AllPayouts } from './all-payouts.tsx';
import { MyCard } from './my-card.tsx';
import { MyPayouts } from './my-payouts.tsx';

/** One's own card and payouts, and what they wait for; for whoever looks after the money everybody's payouts. */
function Billing() {
  return (
    <>
      {hasRole('accountant', 'executive', 'admin') && <AllPayouts />}
      <MyCard />
      <MyPayouts />
    </>
  );
}

start(<Billing />);
