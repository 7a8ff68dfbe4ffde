/** One handler of the official signature for all cases of the suite; the path chooses. */
export const HANDLER = `
const { setTimeout: pause } = require('node:timers/promises');
let brokenMetrics = false;
let release = () => {};
const cases = {
  '/throw': () => { throw new Error('secret: popug-42'); },
  '/reject': () => Promise.reject(new Error('secret: popug-42')),
  '/reject-nothing': () => Promise.reject(),
  '/fail': (event, context) => context.status(418).fail(new Error('secret: popug-42')),
  '/twice': (event, context) => { context.status(201).succeed({ n: 1 }); context.succeed({ n: 2 }); context.fail(new Error('x')); return { n: 3 }; },
  '/late-throw': (event, context) => { context.succeed('done'); throw new Error('after the answer'); },
  '/return': () => ({ a: 1 }),
  '/undefined': () => undefined,
  '/null': () => null,
  '/text': () => 'text',
  '/bytes': () => Buffer.from([1, 2, 3]),
  '/headers': (event, context) => context.status(201).headers({ 'x-a': '1', 'set-cookie': ['a=1', 'b=2'] }).succeed('made'),
  '/204': (event, context) => context.status(204).succeed(''),
  '/body': ({ body }) => ({ type: Buffer.isBuffer(body) ? 'bytes' : typeof body, body: Buffer.isBuffer(body) ? body.toString('hex') : body }),
  '/unread-body': ({ rawBody, bodyTooLarge }) => ({ bytes: rawBody.length, bodyTooLarge }),
  '/event': ({ method, path, query, headers }) => ({ method, path, query, header: headers['x-a'], inherited: query.constructor === Object }),
  '/stream': () => (async function* () { yield 'a'; yield 'b'; })(),
  '/broken-stream': () => (async function* () { yield 'a'; throw new Error('half way'); })(),
  '/wait': () => new Promise((resolve) => { release = () => resolve('waited'); }),
  '/release': () => { release(); return 'released'; },
  '/metrics-break': () => { brokenMetrics = !brokenMetrics; return 'turned'; },
  '/slow': async () => { await pause(1_500); return 'slow'; },
  '/uncaught': () => { setImmediate(() => { throw new Error('out of nowhere'); }); return 'soon'; },
  '/unhandled': () => { void Promise.reject(new Error('nobody looks')); return 'soon'; },
};
module.exports = async (event, context) => (cases[event.path] ?? (() => context.status(404).succeed({ path: event.path })))(event, context);
module.exports.ready = async () => { if (process.env.NEVER_READY === 'fails') throw new Error('no database'); if (process.env.NEVER_READY === 'hangs') await new Promise(() => {}); };
module.exports.start = async () => { if (process.env.NO_START) throw new Error('ATES_X is not set'); };
module.exports.stop = async () => { console.log('{"msg":"pools closed"}'); };
module.exports.lastError = () => ({ what: 'GET /a 503' });
module.exports.metrics = async () => { if (brokenMetrics) throw new Error('no figures'); return 'ates_up 1\\n'; };
`;
