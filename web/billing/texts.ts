import { explain } from '../ui/texts.ts';

explain({
  'payout-not-stuck':
    LANGUAGE === 'ru'
      ? 'Повторять нечего: выплата не задержана, прошла или уже отправляется'
      : 'There is nothing to retry: the payout is not held up, has been paid or is on its way',
});
