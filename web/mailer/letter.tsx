import { useEffect, useRef, useState } from 'preact/hooks';
import type { Payout } from '#contracts/rest/billing';
import type { Mail, MailWithHtml } from '#contracts/rest/mailer';
import { hasRole } from '../ui/choices.ts';
import { command, newKey, type Refused } from '../ui/client.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { businessDay, money } from '../ui/formats.ts';
import { Loaded } from '../ui/List.tsx';
import { useLive } from '../ui/live.ts';
import { Time } from '../ui/Money.tsx';
import { Empty, ProblemNotice } from '../ui/Notice.tsx';
import { MailStatus } from './mail-status.tsx';
import { t } from './texts.ts';

interface LetterProps {
  readonly id: string;
  nameOf(userId: string): string;
  /** A copy has been made. */
  resent(): void;
  close(): void;
}

/** What a letter is called; an amount in it is not torn apart. */
export const subjectOf = ({ subject }: Mail): string =>
  subject?.replace(/(?<=\d) (?=[\d$])/g, '\u00a0') ?? t('unwritten');

/** One letter: how it is doing, its text, and its HTML in a frame that can do nothing. */
export function Letter({ id, nameOf, resent, close }: LetterProps) {
  const mail = useLive<MailWithHtml>(`/api/mailer/mails/${encodeURIComponent(id)}`);
  const section = useRef<HTMLElement>(null);
  useEffect(() => section.current?.focus(), []); // it opens above the list: the reader goes with it
  return (
    <section class="card" aria-label={t('letter')} tabIndex={-1} ref={section}>
      <div class="head">
        <h2>{mail.data ? subjectOf(mail.data) : t('letter')}</h2>
        <button type="button" class="button quiet" onClick={close}>
          {t('close')}
        </button>
      </div>
      <Loaded live={mail}>
        {(letter) => (
          <>
            <Facts mail={letter} name={nameOf(letter.userId)} />
            {letter.message === null ? (
              <Empty>{t('unwrittenHint')}</Empty>
            ) : (
              <div class="letter">
                <div>
                  <h3>{t('text')}</h3>
                  <p class="lines">{letter.message.trim()}</p>
                </div>
                <div>
                  <h3>{t('preview')}</h3>
                  <iframe title={t('preview')} sandbox="" src={`/api/mailer/mails/${letter.id}/html`} />
                </div>
              </div>
            )}
            {hasRole('admin') && letter.status !== 'pending' && (
              <Resend mail={letter} name={nameOf(letter.userId)} resent={resent} />
            )}
          </>
        )}
      </Loaded>
    </section>
  );
}

const Facts = ({ mail, name }: { mail: Mail; name: string }) => (
  <dl class="facts">
    <div>
      <dt>{t('to')}</dt>
      <dd>
        {name} <span class="soft small">{mail.email}</span>
      </dd>
    </div>
    <div>
      <dt>{t('status')}</dt>
      <dd>
        <MailStatus status={mail.status} />
      </dd>
    </div>
    {mail.sentAt && (
      <div>
        <dt>{t('sentAt')}</dt>
        <dd>
          <Time at={mail.sentAt} />
        </dd>
      </div>
    )}
    <div>
      <dt>{t('attempts')}</dt>
      <dd>{mail.attempts}</dd>
    </div>
    <div>
      <dt>{t('payout')}</dt>
      <dd>
        <PayoutLink id={mail.payoutId} />
      </dd>
    </div>
  </dl>
);

/** Day and sum, as soon as Billing has told them; the own payouts are a list without days. */
function PayoutLink({ id }: { id: string }) {
  const { data } = useLive<Payout>(`/api/billing/payouts/${id}`, 60_000);
  const seesAll = hasRole('accountant', 'executive', 'admin');
  return (
    <a href={data && seesAll ? `/billing/?day=${data.businessDate}` : '/billing/'}>
      {data ? `${businessDay(data.businessDate)}: ${money(data.amountCents)}` : id}
    </a>
  );
}

/** Says who gets a copy before it is made. */
function Resend({ mail, name, resent }: { mail: Mail; name: string; resent(): void }) {
  const [isAsked, setAsked] = useState(false);
  const [isDone, setDone] = useState(false);
  const [refused, setRefused] = useState<Refused | null>(null);
  const key = useRef('');

  const send = () => {
    setRefused(null);
    command<Mail>('POST', `/api/mailer/mails/${mail.id}/resend`, {}, key.current).then(() => {
      setDone(true);
      resent();
    }, setRefused);
  };
  return (
    <>
      <button
        type="button"
        class="button"
        onClick={() => {
          key.current = newKey(); // pressed twice in this dialog it is one command
          setAsked(true);
        }}
      >
        {t('resend')}
      </button>
      <div role="status">{isDone && <p class="notice">{t('resent')}</p>}</div>
      {refused && <ProblemNotice error={refused} />}
      {isAsked && (
        <Dialog title={t('resend')} action={t('resend')} act={send} closed={() => setAsked(false)}>
          <p>{t('resendAsk', { name })}</p>
        </Dialog>
      )}
    </>
  );
}
