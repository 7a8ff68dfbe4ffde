import { expect, it } from 'vitest';
import { nginxRoutes } from './routes.ts';

const routes = [
  { method: 'GET', path: '/api/x', function: 'x-api' },
  { method: 'POST', path: '/api/x', function: 'x-add' },
  { method: 'GET', path: '/api/x/{id}', function: 'x-api' },
  { method: 'POST', path: '/api/x/{id}/close', function: 'x-close' },
  { method: 'GET', path: '/api/x/openapi.json', function: 'x-api' },
];

it('each path leads each of its methods to its function; HEAD goes where GET does', () => {
  const { maps } = nginxRoutes(routes);
  expect(maps).toContain(
    'map $request_method $function_api_x {\n  default "";\n  GET x-api;\n  HEAD x-api;\n  POST x-add;\n}',
  );
});

it('a method that a path has not gets 405 with all that it has', () => {
  const { locations } = nginxRoutes(routes);
  expect(locations).toContain(
    'location = /api/x {\n  set $allow "GET, HEAD, POST";\n  if ($function_api_x = "") { return 405; }',
  );
});

it('fixed words are exact places, which nginx prefers to patterns; a parameter is one segment, a dot a dot', () => {
  const { locations } = nginxRoutes(routes);
  expect(locations).toContain('location = /api/x/openapi.json {');
  expect(locations).toContain('location ~ "^/api/x/[^/]+$" {');
  expect(locations).toContain('location ~ "^/api/x/[^/]+/close$" {');
});

it('a path for services among themselves is not there from outside, though a pattern beside it would fit', () => {
  const { maps, locations } = nginxRoutes([
    ...routes,
    { method: 'GET', path: '/api/x/facts', function: 'x-api', inside: true },
  ]);
  expect(locations).toContain('location = /api/x/facts { return 404; }');
  expect(maps).not.toContain('facts');
});

it('two functions that serve the same method and path stop the generation', () => {
  const twice = [...routes, { method: 'POST', path: '/api/x', function: 'y-add' }];
  expect(() => nginxRoutes(twice)).toThrow('POST /api/x is served by two functions');
});

it('two paths never share a variable', () => {
  const { maps } = nginxRoutes([...routes, { method: 'GET', path: '/api/x/{id}/y', function: 'x-api' }]);
  const variables = [...maps.matchAll(/^map \$request_method (\S+)/gm)].map((match) => match[1]);
  expect(new Set(variables).size).toBe(variables.length);
});
