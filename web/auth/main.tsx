import { useEffect, useState } from 'preact/hooks';
import type { DemoUsers, Session } from '#contracts/rest/auth';
import { choice } from '../ui/choices.ts';
import { command, get, type Refused, renew } from '../ui/client.ts';
import { Field, Submit } from '../ui/Field.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { start } from '../ui/start.tsx';
import { t } from './texts.ts';

const wanted = new URLSearchParams(location.search).get('back');
/** Signing out takes the cookie away: who has it and was sent here has a session that has ended, or has one still. */
const wasHere = choice('id') !== undefined;

/** Only to our own pages, and by the whole address: a path like `//evil.example` would be another site's. */
function backAddress(): string {
  const back = wanted ?? '/';
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
    // Who came by themselves and is signed in has no business here.
    if (wasHere && wanted === null)
      renew().then(
        (isSignedIn) => isSignedIn && location.replace('/'),
        () => undefined,
      );
    get<DemoUsers>('/api/auth/demo').then(setDemo, () => undefined); // 404: this is no demonstration
  }, []);

  async function signIn(as: { email: string; password: string }) {
    if (busy) return;
    setBusy(true);
    setRefused(null);
    try {
      await command<Session>('POST', '/api/auth/session', as);
      location.replace(backAddress()); // the back button leads past the form
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
        {wasHere && wanted !== null && <p class="notice warn">{t('sessionEnded')}</p>}
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
                  aria-disabled={busy}
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
