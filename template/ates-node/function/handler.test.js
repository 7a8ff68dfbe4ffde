const assert = require('node:assert/strict');
const { test } = require('node:test');
const handler = require('./handler.js');

test('what is sent comes back', async () => {
  let status = 0;
  const context = {
    status(code) {
      status = code;
      return context;
    },
    succeed: (value) => value,
  };
  const answer = await handler({ body: { name: 'popug' } }, context);
  assert.deepEqual({ status, answer }, { status: 200, answer: { received: { name: 'popug' } } });
});
