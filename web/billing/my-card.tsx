import { useRef, useState } from 'preact/hooks';
import type { Card, NewCard } from '#contracts/rest/billing';
import { command, newKey, type Refused } from '../ui/client.ts';
import { Field, Submit } from '../ui/Field.tsx';
import { Loaded } from '../ui/List.tsx';
import { useLive } from '../ui/live.ts';
import { ProblemNotice } from '../ui/Notice.tsx';
import { t } from './texts.ts';

const PATH = '/api/billing/me/card';

/** The card that payouts come to, masked, and a field for another one. */
export function MyCard() {
  const card = useLive<Card>(PATH, 30_000);
  return (
    <section class="card" aria-labelledby="card">
      <h2 id="card">{t('card')}</h2>
      <Loaded live={card}>
        {({ cardMasked }) => (
          <>
            <p>{cardMasked ? t('cardIs', { card: cardMasked }) : t('cardNone')}</p>
            <CardForm isFirst={!cardMasked} saved={card.reload} />
          </>
        )}
      </Loaded>
    </section>
  );
}

/** What was typed leaves the page as soon as it is saved: the server shows its last four digits only. */
function CardForm({ isFirst, saved }: { isFirst: boolean; saved(): void }) {
  const [busy, setBusy] = useState(false);
  const [told, setTold] = useState('');
  const [refused, setRefused] = useState<Refused | null>(null);
  const attempt = useRef({ of: '', key: '' });

  async function save(form: HTMLFormElement) {
    if (busy) return;
    const body: NewCard = { cardNumber: String(new FormData(form).get('cardNumber')).trim() };
    // The same number sent again after a lost answer goes out under the same key.
    if (attempt.current.of !== body.cardNumber) attempt.current = { of: body.cardNumber, key: newKey() };
    setBusy(true);
    setTold('');
    setRefused(null);
    try {
      const { cardMasked } = await command<Card>('PUT', PATH, body, attempt.current.key);
      attempt.current = { of: '', key: '' };
      form.reset();
      setTold(t('cardSaved', { card: cardMasked ?? '' }));
      saved();
    } catch (error) {
      setRefused(error as Refused);
    }
    setBusy(false);
  }

  const wrong = refused?.fieldError('/cardNumber') && t('invalid_cardNumber');
  return (
    <form
      class="row"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save(event.currentTarget);
      }}
    >
      {refused && !wrong && <ProblemNotice error={refused} />}
      <Field label={t('cardNumber')} error={wrong}>
        {(control) => (
          <input
            {...control}
            name="cardNumber"
            inputMode="numeric"
            autoComplete="cc-number"
            maxLength={50}
            spellcheck={false}
          />
        )}
      </Field>
      <p class="soft small">{t('cardHint')}</p>
      <div role="status">{told && <p class="notice">{told}</p>}</div>
      <Submit busy={busy}>{t(isFirst ? 'cardSet' : 'cardChange')}</Submit>
    </form>
  );
}
