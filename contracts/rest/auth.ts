import Type, { type Static } from 'typebox';
import { Exactly, Instant, OneOf, Text, Uuid } from '../fields.ts';

export const Role = OneOf('worker', 'manager', 'accountant', 'executive', 'admin');
export type Role = Static<typeof Role>;

export const UserStatus = OneOf('active', 'disabled');
export const Locale = OneOf('ru', 'en');

/** What the reader may not see is left out. */
export const User = Exactly({
  id: Uuid,
  name: Type.String(),
  role: Role,
  email: Type.Optional(Type.String()),
  status: Type.Optional(UserStatus),
  locale: Type.Optional(Locale),
});
export type User = Static<typeof User>;

export const Users = Exactly({ items: Type.Array(User), nextCursor: Type.Union([Type.String(), Type.Null()]) });
export type Users = Static<typeof Users>;

/** Whoever signs in may type anything: what is no e-mail is as unknown as any other. */
export const SignIn = Exactly({
  email: Text({ minLength: 1, maxLength: 254 }),
  password: Type.String({ minLength: 1, maxLength: 1_000, 'x-normalize': 'nfc' }),
});

/** The signed-in user; `expiresAt` is when the short token ends, unless it is renewed. */
export const Session = Exactly({ ...User.properties, expiresAt: Instant });
export type Session = Static<typeof Session>;

export const DemoUsers = Exactly({
  users: Type.Array(Exactly({ email: Type.String(), name: Type.String(), role: Role })),
  password: Type.String(),
});
export type DemoUsers = Static<typeof DemoUsers>;

/** RFC 7517; for others than our functions, which read their keys from a secret. */
export const Jwks = Type.Object({ keys: Type.Array(Type.Object({ kty: Type.String(), kid: Type.String() })) });
