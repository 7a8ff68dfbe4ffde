import { expect, it } from 'vitest';
import { addressOf } from './address.ts';

it.each([
  ['kesha@ates.example', 'kesha@ates.example'],
  ["o'hara+tag@sub.ates.example", "o'hara+tag@sub.ates.example"],
  ['кеша@почта.рф', 'кеша@xn--80a1acny.xn--p1ai'],
  ['kesha@BÜCHER.example', 'kesha@xn--bcher-kva.example'],
])('%s goes to %s', (email, address) => expect(addressOf(email)).toBe(address));

it.each([
  ...['a@b.c\r\nBcc: x@y', 'a@b.c\nBcc: x@y', 'a@b.c\rX', 'a\r\n@b.c', 'a@b.c\u0000', 'a@b.c\u2028', 'a\u0085@b.c'],
  ...['"a b"@c.d', 'a b@c.d', 'a@b.c,d@e.f', 'a@b.c;d@e.f', 'a@b>', '<a@b.c>', '<>', 'a@b.c>', 'Kesha <a@b.c>'],
  ...['', '@', 'a@', '@b', 'a', 'a@@b.c', 'a@b@c.d', '.a@b.c', 'a.@b.c', 'a..b@c.d', 'a@.b', 'a@b.', 'a@-b.c'],
  ...['a@[127.0.0.1]', 'a@127.0.0.1', 'a@1', 'a@0x7f.1', 'a@b.c:25', 'a@b.c/x', 'a@b c', 'a@b.c?', '=0D=0A@b.c\r'],
  ...[`${'a'.repeat(65)}@b.c`, `a@${'b'.repeat(253)}.c`, 'ａ@b.c\r\n'],
  ...[null, undefined],
])('%j is nobody', (email) => expect(addressOf(email)).toBeNull());
