import { useState } from 'preact/hooks';
import { download, type Refused } from './client.ts';
import { ProblemNotice } from './Notice.tsx';
import { t } from './texts.ts';

/** All rows behind a path as a file: exactly those that its filters let through, not only the page that is shown. */
export function Csv({ path, fileName }: { path: string; fileName: string }) {
  const [refused, setRefused] = useState<Refused | null>(null);
  const save = () => {
    setRefused(null);
    download(path, fileName).catch(setRefused);
  };
  return (
    <>
      <button type="button" class="button quiet no-print" onClick={save}>
        {t('csv')}
      </button>
      {refused && <ProblemNotice error={refused} />}
    </>
  );
}
