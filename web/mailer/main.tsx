import type { Mail, Mails } from '#contracts/rest/mailer';
import { hasRole } from '../ui/choices.ts';
import { Select } from '../ui/Field.tsx';
import { DayFilter, Filters } from '../ui/Filters.tsx';
import { List, Table } from '../ui/List.tsx';
import { LongBody } from '../ui/LongBody.tsx';
import { filteredPath, useLiveList, useQuery } from '../ui/live.ts';
import { Time } from '../ui/Money.tsx';
import { LiveMark } from '../ui/Notice.tsx';
import { useNames } from '../ui/names.ts';
import { start } from '../ui/start.tsx';
import { Letter, subjectOf } from './letter.tsx';
import { MailStatus, STATES } from './mail-status.tsx';
import { t } from './texts.ts';

const BASE = '/api/mailer/mails';
const FILTERS = ['status', 'day'];

/** Letters about payouts: one's own; for whoever looks after payouts everybody's, with names. */
function Mailer() {
  const [query, change] = useQuery();
  const seesAll = hasRole('accountant', 'admin');
  const path = filteredPath(BASE, query, FILTERS);
  const isFiltered = path !== BASE;
  const mails = useLiveList<Mail, Mails>(path);
  const name = useNames(mails.data?.map(({ userId }) => userId) ?? []);
  const opened = query.get('id');

  return (
    <>
      <LiveMark live={mails} />
      {opened && (
        <Letter key={opened} id={opened} nameOf={name} resent={mails.reload} close={() => change({ id: '' })} />
      )}
      <section class="card">
        <Filters names={FILTERS} {...{ query, change }}>
          <Select
            label={t('status')}
            value={query.get('status') ?? ''}
            options={[['', t('anyStatus')], ...STATES.map((status) => [status, t(`status_${status}`)] as const)]}
            choose={(status) => change({ status })}
          />
          <DayFilter label={t('day')} name="day" {...{ query, change }} />
        </Filters>
        {mails.newest && <p class="soft small">{t('zone', { zone: mails.newest.timeZone })}</p>}
        <List list={mails} none={t(isFiltered ? 'noneFiltered' : 'none')}>
          {(rows) => (
            <Table texts={[...(seesAll ? [t('to')] : []), t('subject'), t('status'), t('when')]} body={LongBody}>
              {rows.map((mail) => (
                <tr key={mail.id}>
                  {seesAll && (
                    <td class="text">
                      {name(mail.userId)} <span class="soft small">{mail.email}</span>
                    </td>
                  )}
                  <td class="text">
                    <a
                      href={`?id=${mail.id}`}
                      aria-current={mail.id === opened ? 'true' : undefined}
                      onClick={(event) => {
                        event.preventDefault(); // the filters stay
                        change({ id: mail.id });
                      }}
                    >
                      {subjectOf(mail)}
                    </a>{' '}
                    {mail.copyOf && <span class="tag">{t('copy')}</span>}
                  </td>
                  <td>
                    <MailStatus status={mail.status} />{' '}
                    {mail.attempts > 1 && <span class="soft small">{t('attemptsMade', { count: mail.attempts })}</span>}
                  </td>
                  <td class="soft">
                    <Time at={mail.createdAt} />
                  </td>
                </tr>
              ))}
            </Table>
          )}
        </List>
      </section>
    </>
  );
}

start(<Mailer />);
