import { useEffect, useState } from 'preact/hooks';
import type { DemoUsers, Session } from '#contracts/rest/auth';
import { command, get, type Refused } from '../ui/client.ts';
import { Field, Submit } from '../ui/Field.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { start } from '../ui/start.tsx';
import { t } from './texts.ts';

/** Only to our own pages, and by the whole address: a path like `//evil.example` would be another site's. */
function backAddress(): string {
  const back = new URLSearchParams(location.search).get('back') ?? '/';
  const url = URL.canParse(back, location.origin) ? new URL(back, location.origin) : null;
  return url?.origin === location.origin ? url.href : '/';
}

function SignIn() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refused | null>(null);
  const [demo, setDemo] = useState<DemoUsers | null>(null);

  useEffect(() => {
    get<DemoUsers>('/api/auth/demo').then(setDemo, () => undefined); // 404: this is no demonstration
  }, []);

  async function signIn(as: { email: string; password: string }) {
    if (busy) return;
    setBusy(true);
    setRefused(null);
    try {
      await command<Session>('POST', '/api/auth/session', as);
      location.assign(backAddress());
    } catch (error) {
      setRefused(error as Refused);
      setBusy(false);
    }
  }

  return (
    <>
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault();
          void signIn({ email, password });
        }}
      >
        <p class="soft">{t('signInHint')}</p>
        {refused && <ProblemNotice error={refused} />}
        <Field label={t('email')}>
          {(control) => (
            <input
              {...control}
              type="email"
              autoComplete="username"
              required
              value={email}
              onInput={(event) => setEmail(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label={t('password')}>
          {(control) => (
            <input
              {...control}
              type={(shown ? 'text' : 'password') as 'password'}
              autoComplete="current-password"
              required
              value={password}
              onInput={(event) => setPassword(event.currentTarget.value)}
            />
          )}
        </Field>
        <div class="head">
          <Submit busy={busy}>{t('signInDo')}</Submit>
          <button type="button" class="button quiet" aria-pressed={shown} onClick={() => setShown(!shown)}>
            {t(shown ? 'hidePassword' : 'showPassword')}
          </button>
        </div>
      </form>
      {demo && (
        <section class="card" aria-labelledby="demo">
          <div>
            <h2 id="demo">{t('demoTitle')}</h2>
            <p class="soft small">{t('demoHint')}</p>
          </div>
          <ul class="people">
            {demo.users.map((user) => (
              <li key={user.email}>
                <button
                  type="button"
                  class="button"
                  disabled={busy}
                  onClick={() => signIn({ email: user.email, password: demo.password })}
                >
                  {user.name}
                  <span class="small">{t(`role_${user.role}`)}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

start(<SignIn />);
