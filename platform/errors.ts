/** Every expected refusal: its code is the problem's `type`, `/problems/<code>`, and stays as it is for ever. */
const REFUSALS = {
  'not-found': [404, 'There is nothing here'],
  'method-not-allowed': [405, 'This address does not take that method'],
  'foreign-origin': [403, 'Commands are taken from our own pages only'],
  'sign-in-needed': [401, 'Please sign in'],
  'sign-in-failed': [401, 'E-mail or password is wrong'],
  'role-not-allowed': [403, 'Your role does not allow this'],
  'body-too-large': [413, 'The body is too large'],
  'unsupported-content-type': [415, 'The body must be application/json'],
  'malformed-json': [400, 'The body is not valid JSON'],
  'invalid-content': [422, 'Some fields are not valid'],
  'idempotency-key-reused': [409, 'This Idempotency-Key was used with another body'],
  'no-active-worker': [409, 'There is no active worker to give the task to'],
  'too-many-sign-ins': [429, 'Too many failed sign-ins'],
  'too-many-requests': [429, 'Too many requests at once'],
  'email-taken': [409, 'Somebody has this e-mail already'],
  'last-admin': [409, 'This is the last active admin'],
  'not-the-assignee': [403, 'Only its assignee closes a task'],
  'task-closed': [409, 'The task is closed'],
  'day-not-ended': [409, 'The day has not ended yet'],
  'day-in-future': [409, 'The day has not begun yet'],
  'dead-letters-busy': [409, 'Somebody else is reading the dead letters'],
  'payout-not-stuck': [409, 'The payout is neither blocked, nor failed, nor unknown'],
  'temporarily-unavailable': [503, 'A part that this needs is away'],
  'outcome-unknown': [504, 'The answer was lost: it is not known whether this was done'],
  'internal-error': [500, 'Something went wrong on our side'],
} as const;

export type RefusalCode = keyof typeof REFUSALS;
export const REFUSAL_CODES = Object.keys(REFUSALS) as RefusalCode[];

/** One invalid part of a request; `pointer` is a JSON Pointer into the body, or `?name` for a query parameter. */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

interface Extra {
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** A refusal that the caller is told about; anything else that is thrown is a defect and answers 500. */
export class AppError extends Error {
  readonly code: RefusalCode;
  readonly status: number;
  readonly extra: Extra;

  constructor(code: RefusalCode, extra: Extra = {}) {
    super(code, { cause: extra.cause });
    this.name = 'AppError';
    this.code = code;
    this.status = REFUSALS[code][0];
    this.extra = extra;
  }
}

/** For one field that only the operation can judge; the platform's schema checks answer in the same form. */
export const invalid = (pointer: string, detail: string): AppError =>
  new AppError('invalid-content', { errors: [{ pointer, detail }] });

/** A part that this needs is away; nothing was changed. */
export const unavailable = (detail: string, cause?: unknown): AppError =>
  new AppError('temporarily-unavailable', { detail, retryAfterSeconds: 2, cause });

/** The answer for anything thrown: status, headers and an RFC 9457 body that tells nothing of our insides. */
export function problemOf(error: unknown, traceId: string) {
  const { code, status, extra } = error instanceof AppError ? error : new AppError('internal-error');
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      ...(extra.retryAfterSeconds === undefined ? {} : { 'retry-after': String(Math.ceil(extra.retryAfterSeconds)) }),
      ...extra.headers,
    },
    body: {
      type: `/problems/${code}`,
      title: REFUSALS[code][1],
      status,
      detail: extra.detail ?? REFUSALS[code][1],
      traceId,
      ...(extra.errors ? { errors: extra.errors } : {}),
    },
  };
}
