import { FAULT_MODES, type Faults } from './faults.ts';
import type { Transfer } from './journal.ts';

const SHOWN = 200;

/** The bank on one page: what it has executed, newest first, and how it misbehaves. */
export function bankPage(executed: readonly Transfer[], { mode, share }: Faults): string {
  const total = executed.reduce((sum, { amountCents }) => sum + amountCents, 0);
  const rows = executed
    .slice(-SHOWN)
    .reverse()
    .map(
      ({ at, amountCents, cardLast4, key }) =>
        `<tr><td>${at}<td class=n>${dollars(amountCents)}<td>•••• ${cardLast4}<td>${escaped(key)}`,
    );
  const modes = FAULT_MODES.map((one) => `<option${one === mode ? ' selected' : ''}>${one}</option>`);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox bank</title>
<style>
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
  form { display: flex; flex-wrap: wrap; gap: 1rem; align-items: end }
  label { display: grid; gap: .25rem } select, input, button { font: inherit; min-height: 2.5rem }
  div { overflow-x: auto } table { width: 100%; border-collapse: collapse; margin-top: 1rem }
  th, td { padding: .4rem .6rem; text-align: start; border-bottom: 1px solid #8886; white-space: nowrap }
  .n { text-align: end; font-variant-numeric: tabular-nums }
</style>
<h1>Sandbox bank</h1>
<p>Test cards: <code>4242 4242 4242 4242</code> pays, <code>4000 0000 0000 0002</code> is refused.</p>
<form>
  <label>Transfers go wrong by <select name="mode">${modes.join('')}</select></label>
  <label>for this share of them <input name="share" type="number" min="0" max="1" step="any" value="${share}"></label>
  <button>Set</button> <output></output>
</form>
<p>${executed.length} transfers, ${dollars(total)}${executed.length > SHOWN ? `; the last ${SHOWN} of them` : ''}</p>
<div><table><thead><tr><th>At<th class=n>Amount<th>Card<th>Key<tbody>${rows.join('')}</table></div>
<script>
  document.forms[0].onsubmit = async (event) => {
    event.preventDefault();
    const { mode, share } = event.target.elements;
    const body = JSON.stringify({ mode: mode.value, share: Number(share.value) });
    const { ok } = await fetch('/faults', { method: 'PUT', body });
    document.querySelector('output').value = ok ? 'Set.' : 'Refused.';
  };
</script>
</html>
`;
}

const dollars = (cents: number): string => `$${(cents / 100).toLocaleString('en', { minimumFractionDigits: 2 })}`;

/** Keys are whatever a caller has sent. */
const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
