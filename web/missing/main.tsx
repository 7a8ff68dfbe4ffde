import { Empty } from '../ui/Notice.tsx';
import { start } from '../ui/start.tsx';
import { t as ui } from '../ui/texts.ts';
import { t } from './texts.ts';

/** What nginx shows at an address that nothing stands at. */
start(
  <Empty>
    <p>{t('missingHint')}</p>
    <a class="button" href="/">
      {ui('toMine')}
    </a>
  </Empty>,
);
