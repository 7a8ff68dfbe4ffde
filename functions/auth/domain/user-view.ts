interface UserFacts {
  readonly id: string;
  readonly name: string;
  readonly role: 'worker' | 'manager' | 'accountant' | 'executive' | 'admin';
  readonly email: string;
  readonly status: 'active' | 'disabled';
  readonly locale: 'ru' | 'en';
}

/** Everybody may know who somebody is; the rest is for the person and for admins. */
export function viewFor(reader: { id: string; role: string }, user: UserFacts) {
  const { id, name, role, email, status, locale } = user;
  const seesAll = reader.id === id || reader.role === 'admin' || reader.role === 'service';
  return seesAll ? { id, name, role, email, status, locale } : { id, name, role };
}
