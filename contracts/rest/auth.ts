import Type, { type Static } from 'typebox';
import { Exactly, Instant, Nullable, OneOf, Text, Uuid } from '../fields.ts';

export const Role = OneOf('worker', 'manager', 'accountant', 'executive', 'admin');
export type Role = Static<typeof Role>;

export const UserStatus = OneOf('active', 'disabled');
const Locale = OneOf('ru', 'en');

/** What the reader may not see is left out. */
export const User = Exactly({
  id: Uuid,
  name: Type.String(),
  role: Role,
  email: Type.Optional(Type.String()),
  status: Type.Optional(UserStatus),
  locale: Type.Optional(Locale),
  /** In a list for an admin: when a page last was open; null: not in the last 30 days. */
  lastSeenAt: Type.Optional(Nullable(Instant)),
});
export type User = Static<typeof User>;

export const Users = Exactly({ items: Type.Array(User), nextCursor: Nullable(Type.String()) });
export type Users = Static<typeof Users>;

/** Whoever signs in may type anything: what is no e-mail is as unknown as any other. */
export const SignIn = Exactly({
  email: Text({ minLength: 1, maxLength: 254 }),
  password: Type.String({ minLength: 1, maxLength: 1_000, 'x-normalize': 'nfc' }),
});

/**
 * An address as it may be written without quotes: it can never become a second receiver or header. Full-width and
 * other compatibility letters are refused; other alphabets are not.
 */
export const Email = Type.String({
  ...Text({ minLength: 3, maxLength: 254 }),
  pattern:
    "^(?=.{1,64}@)[\\p{L}\\p{M}\\p{N}!#$%&'*+/=?^_`{|}~-]+(\\.[\\p{L}\\p{M}\\p{N}!#$%&'*+/=?^_`{|}~-]+)*" +
    '@[\\p{L}\\p{N}]([\\p{L}\\p{M}\\p{N}-]*[\\p{L}\\p{M}\\p{N}])?(\\.[\\p{L}\\p{N}]([\\p{L}\\p{M}\\p{N}-]*[\\p{L}\\p{M}\\p{N}])?)*$',
  'x-hint': 'An e-mail looks like name@company.com.',
});

/** Counted in code points; which ones are too common, the operation judges. */
export const NewPassword = Type.String({ minLength: 10, maxLength: 128, 'x-normalize': 'nfc' });

export const NewUser = Exactly({
  email: Email,
  name: Text({ minLength: 1, maxLength: 100 }),
  role: Role,
  password: NewPassword,
  locale: Type.Optional(Locale),
});
export type NewUser = Static<typeof NewUser>;

/** What an admin may change of anybody; others change their own locale, and their password with the one before. */
export const UserChanges = Type.Object(
  {
    name: Type.Optional(NewUser.properties.name),
    role: Type.Optional(Role),
    status: Type.Optional(UserStatus),
    password: Type.Optional(NewPassword),
    currentPassword: Type.Optional(Type.String({ minLength: 1, maxLength: 1_000, 'x-normalize': 'nfc' })),
    locale: Type.Optional(Locale),
  },
  { additionalProperties: false, minProperties: 1 },
);
export type UserChanges = Static<typeof UserChanges>;

/**
 * The signed-in user; `expiresAt` is when the short token ends, unless it is renewed; `sessionId` is that of the renewal
 * cookie, null where none came along.
 */
export const Session = Exactly({ ...User.properties, expiresAt: Instant, sessionId: Nullable(Uuid) });
export type Session = Static<typeof Session>;

/** Where somebody is signed in: what the browser called itself, and when it last renewed (null: not since it began). */
export const OpenSession = Exactly({
  id: Uuid,
  userAgent: Type.String(),
  createdAt: Instant,
  renewedAt: Nullable(Instant),
});
export type OpenSession = Static<typeof OpenSession>;

export const Sessions = Exactly({ items: Type.Array(OpenSession), nextCursor: Nullable(Type.String()) });

/** A sign-in of the last 30 days, or one that failed: then it may have been somebody else's. */
export const SignInEntry = Exactly({ id: Uuid, triedAt: Instant, ok: Type.Boolean(), userAgent: Type.String() });
export type SignInEntry = Static<typeof SignInEntry>;

export const SignIns = Exactly({ items: Type.Array(SignInEntry), nextCursor: Nullable(Type.String()) });

export const DemoUsers = Exactly({
  users: Type.Array(Exactly({ email: Type.String(), name: Type.String(), role: Role })),
  password: Type.String(),
});
export type DemoUsers = Static<typeof DemoUsers>;

/** RFC 7517; for others than our functions, which read their keys from a secret. */
export const Jwks = Type.Object({ keys: Type.Array(Type.Object({ kty: Type.String(), kid: Type.String() })) });
