import { useState } from 'preact/hooks';
import type { SignInEntry } from '#contracts/rest/auth';
import { List, Table } from '../ui/List.tsx';
import { useLiveList } from '../ui/live.ts';
import { Time } from '../ui/Money.tsx';
import { Status } from '../ui/Status.tsx';
import { browserName } from './browser-name.ts';
import { t } from './texts.ts';

/** The reader's sign-ins of the last weeks, and those that failed; read when somebody wants to see them. */
export function SignIns() {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="card" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('signIns')}</summary>
      {isOpen && <Log />}
    </details>
  );
}

function Log() {
  const signIns = useLiveList<SignInEntry>('/api/auth/sign-ins', 30_000);
  return (
    <>
      <p class="soft">{t('signInsHint')}</p>
      <List list={signIns} none={t('signInsNone')}>
        {(tried) => (
          <Table texts={[t('when'), t('outcome'), t('browser')]}>
            {tried.map(({ id, triedAt, ok, userAgent }) => (
              <tr key={id}>
                <td class="soft">
                  <Time at={triedAt} />
                </td>
                <td>
                  <Status tone={ok ? 'good' : 'bad'}>{t(ok ? 'signedIn' : 'failed')}</Status>
                </td>
                <td class="text">{browserName(userAgent) || t('noBrowser')}</td>
              </tr>
            ))}
          </Table>
        )}
      </List>
    </>
  );
}
