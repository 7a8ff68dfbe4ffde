import { useState } from 'preact/hooks';
import type { Card } from '#contracts/rest/billing';
import { Later } from '../ui/Later.tsx';
import { Loaded } from '../ui/List.tsx';
import { useLive } from '../ui/live.ts';
import { t } from './texts.ts';

/** The card that payouts come to, masked; whoever has none yet, or wants another, gets a field for it. */
export function MyCard() {
  const card = useLive<Card>('/api/billing/me/card', 30_000);
  const [isAsked, setAsked] = useState(false);
  const [told, setTold] = useState('');
  const saved = (text: string) => {
    setTold(text);
    setAsked(false);
    card.reload();
  };
  return (
    <section class="card" aria-labelledby="card">
      <h2 id="card">{t('card')}</h2>
      <Loaded live={card}>
        {({ cardMasked }) => (
          <>
            <p>{cardMasked ? t('cardIs', { card: cardMasked }) : t('cardNone')}</p>
            {cardMasked && !isAsked ? (
              <button type="button" class="button" onClick={() => setAsked(true)}>
                {t('cardChange')}
              </button>
            ) : (
              <Later
                draw={(parts: typeof import('./later.tsx'), at) => parts.cardForm(at, { isFirst: !cardMasked, saved })}
              />
            )}
          </>
        )}
      </Loaded>
      <div role="status">{told && <p class="notice">{told}</p>}</div>
    </section>
  );
}
