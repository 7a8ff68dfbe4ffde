import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Message, Summary } from './message-file.ts';

/** The web inbox: pages without a script, whose texts are escaped by the renderer. */

export const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; overflow-wrap: anywhere; }
a { color: light-dark(#075a45, #7fe0c3); }
a:focus-visible { outline: 3px solid light-dark(#0b57d0, #8ab4ff); outline-offset: 2px; }
.list { list-style: none; padding: 0; }
.list a { display: grid; gap: .1rem; padding: .7rem .25rem; color: inherit; text-decoration: none; border-block-end: 1px solid light-dark(#d9dfda, #343f39); }
.list strong { overflow-wrap: anywhere; }
.soft { color: light-dark(#51605a, #a5b3ac); font-size: .875rem; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; }
dt { color: light-dark(#51605a, #a5b3ac); }
dd { margin: 0; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
iframe { width: 100%; max-width: 30rem; height: 32rem; border: 1px solid light-dark(#7d8a83, #7c8b83); border-radius: .5rem; }
`;

function page(title: string, content: ComponentChildren): string {
  const html = renderToString(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <main>{content}</main>
      </body>
    </html>,
  );
  return `<!doctype html>${html}`;
}

const time = (at: string) => <time dateTime={at}>{at.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}</time>;

export function listPage(messages: readonly Summary[], next: string | null): string {
  return page(
    'Inbox · ATES mail catcher',
    <>
      <h1>Inbox</h1>
      <p class="soft">Every letter that ATES has sent here, for whomever. None leaves this machine.</p>
      <p>
        <a href="/">Newest</a>
      </p>
      {messages.length === 0 && <p>No letters yet.</p>}
      <ul class="list">
        {messages.map(({ id, to, subject, at }) => (
          <li key={id}>
            <a href={`/messages/${id}`}>
              <strong>{subject || '(no subject)'}</strong>
              <span class="soft">
                {to} · {time(at)}
              </span>
            </a>
          </li>
        ))}
      </ul>
      {next && (
        <p>
          <a href={`/?before=${next}`}>Older</a>
        </p>
      )}
    </>,
  );
}

export function messagePage({ id, subject, from, to, messageId, text, html, at }: Message): string {
  return page(
    `${subject} · ATES mail catcher`,
    <>
      <p>
        <a href="/">Inbox</a>
      </p>
      <h1>{subject || '(no subject)'}</h1>
      <dl>
        <dt>From</dt>
        <dd>{from}</dd>
        <dt>To</dt>
        <dd>{to}</dd>
        <dt>At</dt>
        <dd>{time(at)}</dd>
        <dt>Message-ID</dt>
        <dd>{messageId}</dd>
      </dl>
      <h2>Text</h2>
      <pre>{text}</pre>
      {html !== null && (
        <>
          <h2>HTML</h2>
          <iframe title="The letter as HTML" sandbox="" src={`/messages/${id}/html`} />
        </>
      )}
    </>,
  );
}

export const notFoundPage = (): string => page('Not found · ATES mail catcher', <h1>There is nothing here</h1>);
