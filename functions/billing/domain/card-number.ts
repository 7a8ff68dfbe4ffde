/** The rules of a card's number (ISO/IEC 7812). Whether the card pays only the bank knows. */

/** The bare digits of a number as a person writes it, with spaces or dashes between them; null: it is none. */
export function cardNumberOf(text: string): string | null {
  if (!/^\d(?:[ -]*\d)*$/.test(text)) return null;
  const digits = text.replace(/[ -]/g, '');
  const isLong = digits.length >= 13 && digits.length <= 19;
  return isLong && /[1-9]/.test(digits) && fitsLuhn(digits) ? digits : null;
}

/** Every second digit from the right is doubled, its own digits are added up, and the sum of all ends in 0. */
function fitsLuhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** As a card is shown, and nothing more of it. */
export const masked = (last4: string): string => `•••• ${last4}`;
