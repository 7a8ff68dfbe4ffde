import { domainToASCII } from 'node:url';
import { Value } from 'typebox/value';
import { Email } from '#contracts/rest/auth';

/**
 * An e-mail as an envelope takes it, with its domain in ASCII; null where it is none that we would send to. Checked
 * again although Auth has checked it: nothing that a header or an envelope could be broken with may come this far.
 */
export function addressOf(email: string | null | undefined): string | null {
  if (!email || !Value.Check(Email, email)) return null;
  const at = email.lastIndexOf('@');
  const domain = domainToASCII(email.slice(at + 1));
  const isHost = domain !== '' && domain.length <= 253 && !/(^|\.)\d+$/.test(domain); // no address of a machine
  return isHost ? `${email.slice(0, at)}@${domain}` : null;
}
