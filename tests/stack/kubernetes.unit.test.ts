import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { SETTINGS } from '#platform/config';
import { readSubscriptions } from '../../functions/connectors/queue/subscriptions.ts';
import { root } from '../../scripts/build.ts';

const textOf = (path: string) => readFileSync(join(root, path), 'utf8');

interface Stack {
  readonly functions: Record<string, { environment: Record<string, string> }>;
}
interface Resource {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects, and fails where it is not there.
  readonly spec: any;
}
const stack = parse(textOf('stack.yml')) as Stack;
const overlay = parse(textOf('deploy/kubernetes/stack.yml')) as Stack;
const resourcesOf = (file: string) =>
  parseAllDocuments(textOf(`deploy/kubernetes/${file}`)).map((document) => document.toJS() as Resource);
const named = (resources: readonly Resource[], kind: string) =>
  resources.filter((one) => one.kind === kind).map(({ metadata }) => metadata.name);

const connectors = resourcesOf('connectors.yml');
const deployments = connectors.filter(({ kind }) => kind === 'Deployment');
const isSetting = (name: string) => (SETTINGS as readonly string[]).includes(name) || /^ATES_URL_[A-Z_]+$/.test(name);

it('everything in the folder is applied', () => {
  const { resources } = parse(textOf('deploy/kubernetes/kustomization.yml')) as { resources: string[] };
  expect(resources.sort()).toEqual(['connectors.yml', 'keda.yml', 'mysql.yml', 'rabbitmq.yml']);
});

it('each service has a database of its own, and each function is led to that of its service', () => {
  const databases = named(resourcesOf('mysql.yml'), 'InnoDBCluster');
  const services = [...new Set(Object.keys(stack.functions).map((name) => name.split('-')[0] as string))];
  expect(databases.sort()).toEqual(services.map((service) => `mysql-${service}`).sort());
  expect(Object.keys(overlay.functions).sort()).toEqual(Object.keys(stack.functions).sort());
  for (const [name, { environment }] of Object.entries(overlay.functions)) {
    const service = name.split('-')[0] as string;
    expect(environment.ATES_DATABASE_URL, name).toBe(`mysql://${service}@mysql-${service}.ates:3306/${service}`);
    expect(Object.keys(environment).filter((setting) => !isSetting(setting))).toEqual([]);
    // What stack.yml sets for containers means nothing here.
    expect(Object.keys(environment)).toEqual(
      expect.arrayContaining(Object.keys(stack.functions[name]?.environment ?? {})),
    );
  }
});

it('the connectors are there, with settings that there are, probes, limits, and the folder of their secrets', () => {
  expect(named(connectors, 'Deployment').sort()).toEqual(['ops', 'outbox', 'queue', 'timer']);
  expect(named(connectors, 'Service').sort()).toEqual(['ops', 'outbox', 'queue', 'timer']);
  for (const { metadata, spec } of deployments) {
    const { template } = spec;
    const [container] = template.spec.containers;
    expect(template.metadata.labels).toEqual({ app: metadata.name });
    expect(container.env.map(({ name }: { name: string }) => name).filter((name: string) => !isSetting(name))).toEqual(
      [],
    );
    expect(JSON.stringify(container.env)).not.toMatch(/:\/\/[^@"/]*:[^@"/]*@/); // no password in the environment
    expect(container.readinessProbe.httpGet.path).toBe('/_/ready');
    expect(container.livenessProbe.httpGet.path).toBe('/_/health');
    expect(container.resources.limits.memory).toBeDefined();
    expect(container.securityContext.readOnlyRootFilesystem).toBe(true);
    expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThan(20);
    expect(template.metadata.annotations['prometheus.io/scrape']).toBe('true');
  }
});

describe('KEDA', () => {
  const scaled = resourcesOf('keda.yml').find(({ kind }) => kind === 'ScaledObject');

  it('looks at the queue of every function that hears events', () => {
    const queues = scaled?.spec.triggers.map(({ metadata }: { metadata: { queueName: string } }) => metadata.queueName);
    const hearing = readSubscriptions(join(root, 'stack.yml')).map((each) => each.function);
    expect(queues.sort()).toEqual(hearing.sort());
  });

  it('scales a deployment that leaves its number to it, and never to none', () => {
    const target = deployments.find(({ metadata }) => metadata.name === scaled?.spec.scaleTargetRef.name);
    expect(target).toBeDefined();
    expect(target?.spec.replicas).toBeUndefined();
    expect(scaled?.spec.minReplicaCount).toBe(1);
  });
});
