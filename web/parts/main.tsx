import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Chart } from '../ui/Chart.tsx';
import { Refused } from '../ui/client.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { Field, Search, Select, Submit } from '../ui/Field.tsx';
import { businessDay, money } from '../ui/formats.ts';
import { List, Table } from '../ui/List.tsx';
import { Money, Time } from '../ui/Money.tsx';
import { LiveMark, Loading, ProblemNotice } from '../ui/Notice.tsx';
import { Status } from '../ui/Status.tsx';
import { start } from '../ui/start.tsx';
import { t } from './texts.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const away = new Refused(503, { type: '/problems/temporarily-unavailable', traceId: TRACE }, 2);
const offline = new Refused(0, {});
const nothing = () => undefined;
const ready = { error: null, at: new Date(), reload: nothing };
const POINTS = [1_200, 4_400, 3_100, -900, 2_600, 5_200, 4_700].map((cents, i) => {
  const value = cents * 10;
  return { name: businessDay(`2026-11-${20 + i}`), value, text: money(value) };
});

/** Every part of web/ui in every state: what people compare by eye and tests by rule. */
const Parts = () => (
  <>
    <p class="soft">{t('intro')}</p>
    <Words />
    <Buttons />
    <Fields />
    <Notices />
    <Tables />
    <Part name={t('charts')}>
      <p>{t('line')}</p>
      <Chart label={t('line')} points={POINTS} />
      <p>{t('bars')}</p>
      <Chart bars label={t('bars')} points={POINTS} table={[t('day'), t('sum')]} />
    </Part>
  </>
);

const Part = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <section class="card" aria-label={name}>
    <h2>{name}</h2>
    {children}
  </section>
);

const Words = () => (
  <Part name={t('words')}>
    <h3>{t('heading')}</h3>
    <p class="soft">{t('soft')}</p>
    <p class="small">
      {t('small')} <a href="/ui/">{t('link')}</a> <span class="tag">POPUG-12</span>
    </p>
    <div class="figures">
      <p class="figure">
        <a class="behind" href="/ui/">
          <Money cents={123_400} />
        </a>
      </p>
    </div>
    <dl class="facts">
      {[
        [t('sum'), <Money key="sum" cents={123_456_00} />],
        [t('gain'), <Money key="gain" cents={3_400} movement />],
        [t('loss'), <Money key="loss" cents={-1_200} movement />],
        [t('nothing'), <Money key="nothing" cents={0} movement />],
        [t('today'), <Time key="today" at={new Date().toISOString()} />],
        [t('earlier'), <Time key="earlier" at="2025-02-03T04:05:06.000Z" />],
      ].map(([name, value], i) => (
        <div key={i}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
    <h3>{t('states')}</h3>
    <p class="choices">
      {(['good', 'bad', 'busy', 'idle'] as const).map((tone) => (
        <Status key={tone} tone={tone}>
          {t(tone)}
        </Status>
      ))}
    </p>
    <details>
      <summary>{t('details')}</summary>
      <p>{t('inside')}</p>
    </details>
    <p>
      {t('progress')} <progress max={48} value={12} aria-label={t('progress')} />
    </p>
  </Part>
);

function Buttons() {
  const [isAsked, setAsked] = useState(false);
  const [told, setTold] = useState('');
  return (
    <Part name={t('buttons')}>
      <div class="choices">
        <Submit busy={false}>{t('main')}</Submit>
        <Submit busy>{t('off')}</Submit>
        <button type="button" class="button">
          {t('usual')}
        </button>
        <button type="button" class="button" aria-pressed="true">
          {t('chosen')}
        </button>
        <button type="button" class="button quiet">
          {t('quiet')}
        </button>
        <button type="button" class="button" id="ask" onClick={() => setAsked(true)}>
          {t('ask')}
        </button>
      </div>
      <div role="status">{told && <p class="notice">{told}</p>}</div>
      {isAsked && (
        <Dialog
          title={t('question')}
          action={t('answer')}
          act={() => setTold(t('answered'))}
          closed={() => setAsked(false)}
        >
          <p>{t('questionText')}</p>
        </Dialog>
      )}
    </Part>
  );
}

function Fields() {
  const [chosen, choose] = useState('');
  return (
    <Part name={t('fields')}>
      <div class="row filters">
        <Field label={t('field')}>{(control) => <input {...control} defaultValue="12" />}</Field>
        <Field label={t('wrong')} error={t('wrongWhy')}>
          {(control) => <input {...control} defaultValue="twelve" />}
        </Field>
        <Field label={t('day')}>{(control) => <input {...control} type="date" />}</Field>
        <Search label={t('search')} value="" search={nothing} />
        <Select
          label={t('select')}
          value={chosen}
          options={[
            ['', t('one')],
            ['2', t('two')],
          ]}
          choose={choose}
        />
      </div>
      <Field label={t('lines')}>{(control) => <textarea {...control} rows={2} />}</Field>
    </Part>
  );
}

const Notices = () => (
  <Part name={t('notices')}>
    <p class="notice">{t('told')}</p>
    <p class="notice warn">{t('warned')}</p>
    <ProblemNotice error={away} retry={nothing} />
    <ProblemNotice error={offline} />
    <List
      list={{ ...ready, data: [] }}
      none={
        <>
          <strong>{t('emptyWhy')}</strong>
          <p>{t('emptyDo')}</p>
        </>
      }
    >
      {nothing}
    </List>
    <p>
      {t('now')} <LiveMark live={{ ...ready, data: 1 }} /> <LiveMark live={{ ...ready, data: 1, error: offline }} />
    </p>
    <p>{t('loadingHint')}</p>
    <div>
      <Loading />
    </div>
  </Part>
);

const ROWS = [
  { title: t('feed'), jiraId: 'POPUG-12', cents: 3_400 },
  { title: t('count'), jiraId: null, cents: -1_250 },
];

const Tables = () => (
  <Part name={t('tables')}>
    <p>{t('stack')}</p>
    <List list={{ ...ready, data: ROWS, more: nothing, moreError: offline }} none="">
      {(rows) => (
        <Table texts={[t('task'), t('when')]} numbers={[t('sum')]} actions>
          {rows.map(({ title, jiraId, cents }) => (
            <tr key={title}>
              <td class="text">
                {jiraId && <span class="tag">{jiraId}</span>} {title}
              </td>
              <td class="soft">
                <Time at="2026-11-03T09:30:00.000Z" />
              </td>
              <td class="number">
                <Money cents={cents} movement />
              </td>
              <td class="number">
                <button type="button" class="button">
                  {t('usual')}
                </button>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </List>
    <p>{t('wide')}</p>
    <Table wide texts={[t('day')]} numbers={[t('gain'), t('loss'), t('sum')]}>
      <tr class="total">
        <th scope="row">{t('total')}</th>
        <td class="number">{money(340_000)}</td>
        <td class="number">{money(-120_000)}</td>
        <td class="number">{money(220_000)}</td>
      </tr>
      <tr>
        <th scope="row">{businessDay('2026-11-25')}</th>
        <td class="number">{money(340_000)}</td>
        <td class="number">{money(-120_000)}</td>
        <td class="number">
          <a class="behind" href="/ui/">
            <Money cents={220_000} />
          </a>
        </td>
      </tr>
    </Table>
  </Part>
);

start(<Parts />);
