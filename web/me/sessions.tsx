import { useState } from 'preact/hooks';
import type { OpenSession } from '#contracts/rest/auth';
import { command, type Refused } from '../ui/client.ts';
import { List, Table } from '../ui/List.tsx';
import { useLiveList } from '../ui/live.ts';
import { Time } from '../ui/Money.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { browserName } from './browser-name.ts';
import { t } from './texts.ts';

const PATH = '/api/auth/sessions';

/** Where the reader is signed in, and a way to end what was left open elsewhere. */
export function Sessions({ own }: { own: string | null }) {
  const sessions = useLiveList<OpenSession>(PATH, 30_000);
  const [told, setTold] = useState('');
  const [refused, setRefused] = useState<Refused | null>(null);
  const nameOf = ({ userAgent }: OpenSession) => browserName(userAgent) || t('noBrowser');

  async function end(session: OpenSession) {
    setTold('');
    setRefused(null);
    try {
      await command('DELETE', `${PATH}/${session.id}`);
      setTold(t('ended', { browser: nameOf(session) }));
    } catch (error) {
      setRefused(error as Refused);
    }
    sessions.reload();
  }

  return (
    <section class="card" aria-labelledby="sessions">
      <div>
        <h2 id="sessions">{t('sessions')}</h2>
        <p class="soft">{t('sessionsHint')}</p>
      </div>
      <div role="status">{told && <p class="notice">{told}</p>}</div>
      {refused && <ProblemNotice error={refused} />}
      <List list={sessions} none={t('sessionsNone')}>
        {(open) => (
          <Table texts={[t('browser'), t('begun'), t('renewed')]} actions>
            {open.map((session) => (
              <tr key={session.id}>
                <td class="text">
                  {nameOf(session)} {session.id === own && <span class="tag">{t('thisOne')}</span>}
                </td>
                <td class="soft">
                  <Time at={session.createdAt} />
                </td>
                <td class="soft">
                  <Time at={session.renewedAt ?? session.createdAt} />
                </td>
                <td class="number">
                  {session.id !== own && (
                    <button
                      type="button"
                      class="button quiet"
                      aria-label={t('endNamed', { browser: nameOf(session) })}
                      onClick={() => end(session)}
                    >
                      {t('end')}
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </Table>
        )}
      </List>
    </section>
  );
}
