import Type, { type Static } from 'typebox';

/** RFC 9457. `type` is a stable code as a relative URI: `/problems/task-closed`. */
export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  traceId: Type.String(),
  errors: Type.Optional(Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() }))),
});
export type Problem = Static<typeof Problem>;
