import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { DeadLetterWithBody } from '#contracts/rest/ops';
import { command, type Refused } from '../ui/client.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { Field } from '../ui/Field.tsx';
import { number } from '../ui/formats.ts';
import { Loaded } from '../ui/List.tsx';
import { useLive } from '../ui/live.ts';
import { Time } from '../ui/Money.tsx';
import { Empty, ProblemNotice } from '../ui/Notice.tsx';
import { PATH, SELDOM_MS } from './dead-letters.tsx';
import { Fact } from './fact.tsx';
import { t } from './texts.ts';

export interface LetterProps {
  readonly id: string;
  /** It is here no more, and this is what has become of it. */
  acted(told: string): void;
  close(): void;
}

/** One parked event: why it is here, its text, and what can be done. */
export function Letter({ id, acted, close }: LetterProps) {
  const path = `${PATH}/${encodeURIComponent(id)}`;
  const letter = useLive<DeadLetterWithBody>(path, SELDOM_MS);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section class="row" aria-labelledby="letter">
      <div class="head">
        <h3 id="letter" ref={heading} tabIndex={-1}>
          {t('letter')}
        </h3>
        <button type="button" class="button quiet" onClick={close}>
          {t('close')}
        </button>
      </div>
      {letter.error?.status === 404 ? (
        <Empty>{t('gone')}</Empty>
      ) : (
        <Loaded live={letter}>
          {(known) => (
            <>
              <Contents letter={known} />
              <Actions letter={known} path={path} acted={acted} />
            </>
          )}
        </Loaded>
      )}
    </section>
  );
}

function Contents({ letter }: { letter: DeadLetterWithBody }) {
  const { reason, type, function: name, attempts, parkedAt, eventId, traceId, body, bodyCut, bytes, headers } = letter;
  const facts: [string, ComponentChildren][] = [
    [t('event'), type],
    [t('function'), name],
    [t('attempts'), attempts !== null && number(attempts)],
    [t('eventId'), eventId],
    [t('trace'), traceId],
    [t('parkedAt'), parkedAt && <Time at={parkedAt} />],
  ];
  return (
    <>
      <p class="notice warn">{reason ?? t('unknown')}</p>
      <dl class="facts small">
        {facts.map(
          ([name, fact]) =>
            fact && (
              <Fact key={name} name={name}>
                {fact}
              </Fact>
            ),
        )}
      </dl>
      <Verbatim label={t('body')}>{pretty(body)}</Verbatim>
      {bodyCut && <p class="soft small">{t('bodyCut', { bytes })}</p>}
      <details>
        <summary>{t('headers')}</summary>
        <Verbatim label={t('headers')}>{JSON.stringify(headers, null, 2)}</Verbatim>
      </details>
    </>
  );
}

/** It may be long: then it is scrolled, also by keys. */
const Verbatim = ({ label, children }: { label: string; children: string }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reachable by keys.
  <section class="verbatim" tabIndex={0} aria-label={label}>
    <code>{children}</code>
  </section>
);

function Actions({ letter, path, acted }: { letter: DeadLetterWithBody; path: string; acted(told: string): void }) {
  const [isBusy, setBusy] = useState(false);
  const [isAsked, setAsked] = useState(false);
  const [refused, setRefused] = useState<Refused | null>(null);
  const act = (what: 'replay' | 'drop', body: object) => {
    setBusy(true);
    setRefused(null);
    command('POST', `${path}/${what}`, body)
      .then(() => acted(t(what === 'replay' ? 'replayed' : 'dropped', { type: letter.type ?? letter.id })))
      .catch(setRefused)
      .finally(() => setBusy(false));
  };
  return (
    <>
      {refused && <ProblemNotice error={refused} />}
      <div class="actions">
        <button type="button" class="button main" aria-disabled={isBusy} onClick={() => isBusy || act('replay', {})}>
          {t('replay')}
        </button>
        <button type="button" class="button" aria-disabled={isBusy} onClick={() => isBusy || setAsked(true)}>
          {t('drop')}
        </button>
      </div>
      {isAsked && (
        <Dialog
          title={t('dropTitle')}
          action={t('dropDo')}
          act={(form) => act('drop', Object.fromEntries(new FormData(form)))}
          closed={() => setAsked(false)}
        >
          <p>{t('dropAsk')}</p>
          <Field label={t('dropReason')}>
            {(control) => <input {...control} name="reason" required pattern=".*\S.*" maxLength={500} />}
          </Field>
        </Dialog>
      )}
    </>
  );
}

/** JSON in lines that can be read, where that changes nothing but white space; anything else as it came. */
function pretty(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return JSON.stringify(value) === text ? JSON.stringify(value, null, 2) : text;
  } catch {
    return text;
  }
}
