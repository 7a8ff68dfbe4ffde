import type { Mail, MailStatus } from '#contracts/rest/mailer';
import { List } from '../ui/List.tsx';
import { useLiveList } from '../ui/live.ts';
import { Time } from '../ui/Money.tsx';
import { Status, type Tone } from '../ui/Status.tsx';
import { t } from './texts.ts';

const TONES: Readonly<Record<MailStatus, Tone>> = { pending: 'busy', sent: 'good', failed: 'bad' };

/** How the letters about a payout are doing, each with the way to it. */
export function Letters({ payoutId }: { payoutId: string }) {
  const letters = useLiveList<Mail>(`/api/mailer/mails?payoutIds=${payoutId}`);
  return (
    <List list={letters} none={t('lettersNone')}>
      {(found) => (
        <ul>
          {found.map(({ id, status, kind, createdAt, sentAt }) => (
            <li key={id}>
              <Status tone={TONES[status]}>{t(`letter_${status}`)}</Status>{' '}
              <a href={`/mailer/?id=${id}`}>{t(`letter_${kind}`)}</a>{' '}
              <span class="soft small">
                <Time at={sentAt ?? createdAt} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </List>
  );
}
