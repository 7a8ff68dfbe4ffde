import { useEffect, useRef, useState } from 'preact/hooks';
import type { Card, NewCard } from '#contracts/rest/billing';
import { command, newKey, type Refused } from '../ui/client.ts';
import { Field, Submit } from '../ui/Field.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { t } from './texts.ts';

export interface CardFormProps {
  readonly isFirst: boolean;
  /** It is over, with what there is to tell of it. */
  saved(told: string): void;
}

/** What was typed leaves the page as soon as it is saved: the server shows its last four digits only. */
export function CardForm({ isFirst, saved }: CardFormProps) {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refused | null>(null);
  const attempt = useRef({ of: '', key: '' });

  async function save(form: HTMLFormElement) {
    if (busy) return;
    const body: NewCard = { cardNumber: String(new FormData(form).get('cardNumber')).trim() };
    // The same number sent again after a lost answer goes out under the same key.
    if (attempt.current.of !== body.cardNumber) attempt.current = { of: body.cardNumber, key: newKey() };
    setBusy(true);
    setRefused(null);
    try {
      const { cardMasked } = await command<Card>('PUT', '/api/billing/me/card', body, attempt.current.key);
      saved(t('cardSaved', { card: cardMasked ?? '' }));
    } catch (error) {
      setRefused(error as Refused);
      setBusy(false);
    }
  }

  // Whoever has asked for another card begins to type; on a page that has just come the focus stays where it is.
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!isFirst) field.current?.focus();
  }, []);

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
            ref={field}
            name="cardNumber"
            inputMode="numeric"
            autoComplete="cc-number"
            maxLength={50}
            spellcheck={false}
          />
        )}
      </Field>
      <p class="soft small">{t('cardHint')}</p>
      <Submit busy={busy}>{t(isFirst ? 'cardSet' : 'cardChange')}</Submit>
    </form>
  );
}
