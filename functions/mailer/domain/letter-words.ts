export type Reason = 'no-card' | 'card-refused';

interface Said {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  /** What the link to the payouts page says. */
  readonly link: string;
}

/** What letters say in one language. Months and amounts are spelled here, not by the machine's locale data, which changes. */
interface Words {
  amount(cents: number): string;
  /** A business day in words. */
  day(date: string): string;
  greeting(name: string): string;
  payout(sum: string, day: string): Said;
  readonly blocked: Readonly<Record<Reason, (sum: string, day: string) => Said>>;
  readonly footer: string;
}

const RU_MONTHS = [
  ...['января', 'февраля', 'марта', 'апреля', 'мая', 'июня'],
  ...['июля', 'августа', 'сентября', 'октября', 'ноября', 'декабря'],
];
const EN_MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];

const ru: Words = {
  amount: (cents) => `${digits(cents, ' ', ',')} $`,
  day(date) {
    const { year, month, day } = partsOf(date);
    return `${day} ${RU_MONTHS[month - 1]} ${year} года`;
  },
  greeting: (name) => `Здравствуйте, ${name}!`,
  payout: (sum, day) => ({
    subject: `К выплате за ${day}: ${sum}`,
    paragraphs: [
      `Рабочий день ${day} закрыт, и по его итогам вам причитается ${sum}.`,
      'Мы передали эту сумму на выплату: она уйдёт на вашу карту. Как с ней идут дела, видно на странице выплат.',
    ],
    link: 'Страница выплат',
  }),
  blocked: {
    'no-card': (sum, day) => ({
      subject: `Выплата за ${day} задержана: укажите карту`,
      paragraphs: [
        `За рабочий день ${day} вам причитается ${sum}, но отправить деньги некуда: у вас не указана карта.`,
        'Что сделать: добавьте карту на странице выплат. Больше ничего не нужно: как только карта появится, мы сами отправим на неё всю сумму.',
        'До тех пор эти деньги остаются за вами.',
      ],
      link: 'Добавить карту',
    }),
    'card-refused': (sum, day) => ({
      subject: `Выплата за ${day} задержана: банк не принял карту`,
      paragraphs: [
        `За рабочий день ${day} вам причитается ${sum}, но банк не принял вашу карту.`,
        'Что сделать: добавьте другую карту на странице выплат. Больше ничего не нужно: как только она появится, мы сами отправим на неё всю сумму.',
        'До тех пор эти деньги остаются за вами.',
      ],
      link: 'Добавить другую карту',
    }),
  },
  footer: 'Письмо отправлено автоматически, отвечать на него не нужно.',
};

const en: Words = {
  amount: (cents) => `$${digits(cents, ',', '.')}`,
  day(date) {
    const { year, month, day } = partsOf(date);
    return `${EN_MONTHS[month - 1]} ${day}, ${year}`;
  },
  greeting: (name) => `Hello ${name},`,
  payout: (sum, day) => ({
    subject: `Your payout for ${day}: ${sum}`,
    paragraphs: [
      `The business day of ${day} is closed, and ${sum} is due to you.`,
      'We have handed the amount over for transfer to your card. The payouts page shows how far it has come.',
    ],
    link: 'Payouts page',
  }),
  blocked: {
    'no-card': (sum, day) => ({
      subject: `Your payout for ${day} is on hold: please add a card`,
      paragraphs: [
        `For the business day of ${day}, ${sum} is due to you, but there is nowhere to send it: you have not given a card.`,
        'What to do: add a card on the payouts page. That is all: as soon as the card is there, we send the whole amount to it by ourselves.',
        'Until then the money stays yours.',
      ],
      link: 'Add a card',
    }),
    'card-refused': (sum, day) => ({
      subject: `Your payout for ${day} is on hold: the bank did not accept your card`,
      paragraphs: [
        `For the business day of ${day}, ${sum} is due to you, but the bank did not accept your card.`,
        'What to do: add another card on the payouts page. That is all: as soon as it is there, we send the whole amount to it by ourselves.',
        'Until then the money stays yours.',
      ],
      link: 'Add another card',
    }),
  },
  footer: 'This letter was sent automatically; there is no need to answer it.',
};

export const wordsIn = (locale: 'ru' | 'en'): Words => (locale === 'ru' ? ru : en);

/** Whole cents with two decimals, the thousands apart. */
function digits(cents: number, thousands: string, decimal: string): string {
  const whole = String(Math.floor(cents / 100)).replace(/\B(?=(\d{3})+$)/g, thousands);
  return `${whole}${decimal}${String(cents % 100).padStart(2, '0')}`;
}

function partsOf(date: string): { year: number; month: number; day: number } {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  return { year, month, day };
}
