import { expect, it } from 'vitest';
import { command, query, type Route, routeTable } from './route.ts';

const get = (path: `/api/${string}`): Route =>
  query({ path, summary: '', roles: 'any', answers: {}, run: async () => null });
const post = (path: `/api/${string}`): Route =>
  command({ method: 'POST', path, summary: '', roles: 'any', answers: {}, run: async () => null });

const routes = [get('/api/x/{id}'), get('/api/x/me'), post('/api/x/{id}/close'), post('/api/x'), get('/api/x/o.json')];
const find = routeTable(routes);
const hitOf = (method: string, path: string) => {
  const { hit } = find(method, path);
  return hit && [hit.route.path, hit.params];
};

it.each([
  ['GET', '/api/x/me', ['/api/x/me', {}]],
  ['GET', '/api/x/7', ['/api/x/{id}', { id: '7' }]],
  ['HEAD', '/api/x/7', ['/api/x/{id}', { id: '7' }]],
  ['POST', '/api/x/7/close', ['/api/x/{id}/close', { id: '7' }]],
  ['GET', '/api/x/o.json', ['/api/x/o.json', {}]],
])('%s %s is found, fixed words before parameters', (method, path, found) => {
  expect(hitOf(method, path)).toEqual(found);
});

it.each(['/api/x/', '/api//x', '/api/X', '/api/x/7/', '/api/x/7/close/1', '/api/y', '/api/x/7/CLOSE', ' /api/x'])(
  '%s is nothing',
  (path) => expect(find('GET', path)).toEqual({ hit: null, methods: [] }),
);

it('a dot in a path is a dot', () => expect(hitOf('GET', '/api/x/oxjson')).toEqual(['/api/x/{id}', { id: 'oxjson' }]));

it('for a method that a path has not, it tells those that it has', () => {
  expect(find('DELETE', '/api/x/me')).toEqual({ hit: null, methods: ['GET'] });
  expect(find('GET', '/api/x/7/close')).toEqual({ hit: null, methods: ['POST'] });
  expect(find('get', '/api/x/me').hit).toBeNull();
});
