import { useState } from 'preact/hooks';
import type { Session, User, UserChanges } from '#contracts/rest/auth';
import { choice, keepChoice } from '../ui/choices.ts';
import { command, type Refused } from '../ui/client.ts';
import { Field, Submit } from '../ui/Field.tsx';
import { Loaded } from '../ui/List.tsx';
import { useLive } from '../ui/live.ts';
import { ProblemNotice } from '../ui/Notice.tsx';
import { start } from '../ui/start.tsx';
import { Sessions } from './sessions.tsx';
import { SignIns } from './sign-ins.tsx';
import { t } from './texts.ts';

const LANGUAGES = ['ru', 'en'] as const;
const PASSWORDS = ['currentPassword', 'password'] as const;

/** Who the reader is, and what they may change of it by themselves, and where they are signed in. */
function Me() {
  const me = useLive<Session>('/api/auth/session', 60_000);
  return (
    <Loaded live={me}>
      {({ id, name, email, role, sessionId }) => (
        <>
          <section class="card" aria-label={name}>
            <div>
              <h2>{name}</h2>
              <p class="soft">
                {email} · {t(`role_${role}`)}
              </p>
            </div>
          </section>
          <Language id={id} />
          <Password id={id} email={email ?? ''} />
          <Sessions own={sessionId} />
          <SignIns />
          <Keys />
        </>
      )}
    </Loaded>
  );
}

const save = (id: string, changes: UserChanges) => command<User>('PATCH', `/api/auth/users/${id}`, changes);

function Language({ id }: { id: string }) {
  const [refused, setRefused] = useState<Refused | null>(null);
  const choose = (locale: (typeof LANGUAGES)[number]) => {
    setRefused(null);
    save(id, { locale }).then(() => {
      keepChoice('lang', locale);
      location.reload();
    }, setRefused);
  };
  return (
    <section class="card" aria-labelledby="languages">
      <div>
        <h2 id="languages">{t('language')}</h2>
        <p class="soft">{t('languageHint')}</p>
      </div>
      {refused && <ProblemNotice error={refused} />}
      <div class="choices">
        {LANGUAGES.map((locale) => (
          <button
            key={locale}
            type="button"
            class="button"
            aria-pressed={document.documentElement.lang === locale}
            onClick={() => choose(locale)}
          >
            {t(locale)}
          </button>
        ))}
      </div>
    </section>
  );
}

function Password({ id, email }: { id: string; email: string }) {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Refused | null>(null);
  async function change(form: HTMLFormElement) {
    if (busy) return;
    setBusy(true);
    setRefused(null);
    try {
      await save(id, Object.fromEntries(new FormData(form)));
      location.assign('/auth/?back=/auth/me/');
    } catch (error) {
      setRefused(error as Refused);
      setBusy(false);
    }
  }
  return (
    <form
      class="card"
      aria-labelledby="password"
      onSubmit={(event) => {
        event.preventDefault();
        void change(event.currentTarget);
      }}
    >
      <div>
        <h2 id="password">{t('password')}</h2>
        <p class="soft">{t('passwordHint')}</p>
      </div>
      {refused && !refused.problem.errors && <ProblemNotice error={refused} />}
      {/* For password managers: whose password this is. */}
      <input type="hidden" autoComplete="username" value={email} />
      <div class="row filters">
        {PASSWORDS.map((name) => (
          <Field
            key={name}
            label={t(name === 'password' ? 'newPassword' : name)}
            error={refused?.fieldError(`/${name}`) && t(`wrong_${name}`)}
          >
            {(control) => (
              <input
                {...control}
                name={name}
                type="password"
                required
                maxLength={300}
                autoComplete={name === 'password' ? 'new-password' : 'current-password'}
              />
            )}
          </Field>
        ))}
      </div>
      <Submit busy={busy}>{t('save')}</Submit>
    </form>
  );
}

/** Single keys can be in the way of whoever speaks to the computer: they can be switched off. */
function Keys() {
  const [isOn, setOn] = useState(choice('keys') !== 'off');
  const change = () => {
    keepChoice('keys', isOn ? 'off' : 'on');
    setOn(!isOn);
  };
  return (
    <section class="card" aria-labelledby="keys">
      <div>
        <h2 id="keys">{t('keys')}</h2>
        <p class="soft">{t('keysWhat')}</p>
      </div>
      <div class="actions">
        <button type="button" class="button" onClick={change}>
          {t(isOn ? 'switchOff' : 'switchOn')}
        </button>
        <span role="status">{t(isOn ? 'isOn' : 'isOff')}</span>
      </div>
    </section>
  );
}

start(<Me />);
