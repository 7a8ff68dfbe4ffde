import { useState } from 'preact/hooks';
import { hasRole } from '../ui/choices.ts';
import { start } from '../ui/start.tsx';
import { AllPayouts } from './all-payouts.tsx';
import { MyCard } from './my-card.tsx';
import { MyPayouts } from './my-payouts.tsx';
import { t } from './texts.ts';

/** One's own card and payouts, and what they wait for; for whoever looks after the money everybody's payouts. */
function Billing() {
  const [isOpen, setOpen] = useState(false);
  const own = (
    <>
      <MyCard />
      <MyPayouts />
    </>
  );
  if (!hasRole('accountant', 'executive', 'admin')) return own;
  return (
    <>
      <AllPayouts />
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t('own')}</summary>
        {isOpen && <div class="row">{own}</div>}
      </details>
    </>
  );
}

start(<Billing />);
