import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../scripts/build.ts';
import { openfaasFindings, overlayFindings } from './openfaas.ts';

const stack = readFileSync(join(root, 'stack.yml'), 'utf8');
const overlay = readFileSync(join(root, 'deploy/openfaas/pro.yml'), 'utf8');

/** The text with one place changed, which must be there. */
function changed(text: string, from: string | RegExp, to: string): string {
  const result = text.replace(from, to);
  expect(result).not.toBe(text);
  return result;
}

it('stack.yml holds nothing that faas-cli drops or the Community Edition refuses', () => {
  expect(openfaasFindings(stack)).toEqual([]);
});

describe('each violation is found', () => {
  it.each<[string, string | RegExp, string, RegExp]>([
    ['a top key that faas-cli drops', 'provider:', 'x-probes: {}\nprovider:', /drops x-probes/],
    [
      'a key of a function that faas-cli drops',
      '    lang: ates-node',
      '    lang: ates-node\n    replicas: 3',
      /drops replicas/,
    ],
    ['a resource that faas-cli drops', "cpu: '1' }", "cpu: '1', gpu: 1 }", /drops gpu of limits/],
    ['another provider', 'name: openfaas', 'name: faas', /no provider but/],
    ['a dollar sign that vanishes', 'mysql://auth@', 'mysql://a$uth@', /neither \$\$/],
    ['a setting of the shell without a default', /:\$\{TAG:-latest\}/, ':$TAG', /neither \$\$/],
    ['another template', 'lang: ates-node', 'lang: node22', /its template is node22/],
    ['an image that another function has', '/auth-api:', '/auth-session:', /auth-api: its image is/],
    ['a root file system that can be written', '    readonly_root_filesystem: true\n', '', /can be written/],
    ['memory in the words of Docker', '256Mi', '256m', /no limits of memory/],
    ['no limit', /\n {4}limits: \*limits/, '', /no limits of cpu/],
    ['more asked for than the limit', 'memory: 64Mi', 'memory: 512Mi', /more than its limit/],
    ['an annotation that is no text', '/_/health\n', '/_/health\n      a: 3\n', /a is no text/],
    ['readiness of the watchdog alone', '      com.openfaas.ready.http.path: /_/ready\n', '', /ready.http.path is not/],
    ['a schedule without its topic', 'topic: cron-function', 'topic: cron', /nobody reads/],
    [
      'a label for the paid editions',
      "scale.max: '5'",
      "scale.max: '5', com.openfaas.scale.zero: 'true'",
      /refuses com.openfaas.scale.zero/,
    ],
    ['a label value with a space', "scale.max: '5'", "scale.max: '5', team: 'the popugs'", /value of team/],
    ['six replicas', "scale.max: '5'", "scale.max: '6'", /1 to 6 replicas/],
    ['a setting that there is not', 'ATES_SMTP_URL:', 'ATES_SMTP:', /no setting ATES_SMTP$/m],
    ['a password in the environment', 'mysql://auth@', 'mysql://auth:secret@', /a password in ATES_DATABASE_URL/],
    ['a sixteenth function', 'functions:\n', 'functions:\n  x-one:\n    lang: ates-node\n', /functions are more than/],
    ['a name that no address can have', '  auth-api:\n', '  auth_api:\n', /no DNS label/],
    ['a secret with a bad name', 'caller-keys', 'caller_keys', /no name for a secret/],
  ])('%s', (_, from, to, finding) => {
    expect(openfaasFindings(changed(stack, from, to)).join('\n')).toMatch(finding);
  });
});

it('the overlay scales every function by what only the paid editions take, and nothing that is fed may sleep', () => {
  expect(overlayFindings(overlay, stack)).toEqual([]);
});

it.each<[string, string, string, RegExp]>([
  [
    'a function that there is not',
    '  auth-api:',
    '  auth-apis:',
    /auth-apis is not in stack.yml[\s\S]*auth-api is not scaled/,
  ],
  ['a label of the Community Edition', 'scale.type: cpu', 'scale.max: cpu', /no edition reads com.openfaas.scale.max/],
  ['a secret', '    labels: *work', '    secrets: [a]', /secrets belongs into stack.yml/],
  [
    'a fed function that sleeps',
    '  mailer-send:\n    labels: *work',
    '  mailer-send:\n    labels: { com.openfaas.scale.zero: "true" }',
    /mailer-send is fed, and may sleep/,
  ],
])('in the overlay is found: %s', (_, from, to, finding) => {
  expect(overlayFindings(changed(overlay, from, to), stack).join('\n')).toMatch(finding);
});
