import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { taskAssignedV2 } from '#contracts/tasks/task-assigned.v2';
import { metricsText } from '#platform/metrics';
import { flushTelemetry, spanned, startTelemetry } from '#platform/telemetry';
import { CALLER_KEY, exampleOf, serviceUnderTest } from '#platform/testing/service-under-test';
import { currentTrace, traceIdOf, traceparent, withTrace } from '#platform/trace';
import recordHandler from '../../functions/accounts/record/handler.ts';

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: { key: string; value: { stringValue?: string; intValue?: string } }[];
  readonly links: { traceId: string; spanId: string }[];
  readonly status: { code: number };
}

/** A collector: what it got, and what it answers. */
let got: { path: string; headers: Record<string, unknown>; spans: OtlpSpan[]; service: string }[] = [];
let status = 200;
const collector = createServer(async (request, response) => {
  const { resourceSpans } = JSON.parse((await Array.fromAsync(request)).join(''));
  const [{ resource, scopeSpans }] = resourceSpans;
  const service = resource.attributes.find(({ key }: { key: string }) => key === 'service.name').value.stringValue;
  got.push({ path: request.url ?? '', headers: request.headers, spans: scopeSpans[0].spans, service });
  response.writeHead(status).end('{}');
});
let endpoint: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => void collector.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
});
afterAll(() => void collector.close().closeAllConnections());

const accounts = serviceUnderTest('accounts');
const record = accounts.start(recordHandler);
beforeEach(() => {
  got = [];
  status = 200;
  startTelemetry('accounts-record', { OTEL_EXPORTER_OTLP_ENDPOINT: `${endpoint}/` });
});
const spans = async () => {
  await flushTelemetry();
  return got.flatMap((each) => each.spans);
};
const storyOf = () => {
  const traceId = randomBytes(16).toString('hex');
  return { traceId, traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` };
};
const assigned = (from: string) => exampleOf(taskAssignedV2, { taskId: randomUUID() }, { traceparent: from });
const parentOf = (from: string) => from.slice(36, 52);

it('a batch is a span of its caller’s story, and each event one of its own story, linked to the batch', async () => {
  const [call, one, two] = [storyOf(), storyOf(), storyOf()];
  const answer = await record.request('POST', '/', {
    headers: {
      'content-type': 'application/cloudevents-batch+json',
      'x-ates-caller-key': CALLER_KEY,
      traceparent: call.traceparent,
    },
    body: [assigned(one.traceparent), assigned(two.traceparent)],
  });
  expect(answer.status).toBe(200);
  const all = await spans();
  const batch = all.find(({ name }) => name === 'events') as OtlpSpan;
  expect(batch).toMatchObject({ traceId: call.traceId, parentSpanId: parentOf(call.traceparent), kind: 2 });
  expect(batch.attributes).toContainEqual({ key: 'http.response.status_code', value: { intValue: '200' } });
  for (const story of [one, two]) {
    expect(all.find(({ traceId }) => traceId === story.traceId)).toMatchObject({
      name: 'handle tasks.task-assigned.v2',
      parentSpanId: parentOf(story.traceparent),
      kind: 5,
      links: [{ traceId: call.traceId, spanId: batch.spanId }],
    });
  }
  for (const span of all) {
    const ms = Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6;
    expect(ms).toBeGreaterThanOrEqual(0);
    expect(Math.abs(Number(BigInt(span.endTimeUnixNano) / 1_000_000n) - Date.now())).toBeLessThan(60_000);
  }
  expect(got[0]).toMatchObject({ path: '/v1/traces', service: 'accounts-record' });
});

it('what a span calls is its child, and what throws has failed', async () => {
  const story = storyOf();
  await withTrace(story.traceparent, () =>
    spanned({ name: 'outer', kind: 'server' }, async () => {
      expect(traceIdOf(traceparent())).toBe(story.traceId);
      expect(parentOf(traceparent())).toBe(currentTrace()?.spanId);
      await spanned({ name: 'inner', kind: 'client' }, () => Promise.reject(new Error('no'))).catch(() => undefined);
    }),
  );
  const all = await spans();
  const outer = all.find(({ name }) => name === 'outer');
  expect(outer).toMatchObject({ parentSpanId: parentOf(story.traceparent), status: { code: 0 } });
  expect(all.find(({ name }) => name === 'inner')).toMatchObject({ parentSpanId: outer?.spanId, status: { code: 2 } });
});

it('many go in batches, with the collector’s headers; of a share, every part keeps the same stories', async () => {
  const stories = Array.from({ length: 1_200 }, storyOf);
  const run = async (part: string) => {
    const more = { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20x', OTEL_TRACES_SAMPLER_ARG: '0.5' };
    startTelemetry(part, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...more });
    got = [];
    for (const story of stories) {
      await withTrace(story.traceparent, () => spanned({ name: 'x', kind: 'internal' }, async () => undefined));
    }
    return new Set((await spans()).map(({ traceId }) => traceId));
  };
  const kept = await run('tasks-add');
  expect(kept.size).toBeGreaterThan(500);
  expect(kept.size).toBeLessThan(700);
  expect(got.length).toBeLessThan(20);
  expect(got[0]?.headers).toMatchObject({ authorization: 'Bearer x', 'content-type': 'application/json' });
  expect(await run('accounts-record')).toEqual(kept);
});

it('a collector that refuses or is away costs spans, which are counted, and nothing else', async () => {
  const dropped = async () => Number(/^ates_telemetry_dropped_total (.*)$/m.exec(await metricsText())?.[1]);
  const before = await dropped();
  status = 503;
  expect(await spanned({ name: 'x', kind: 'internal' }, async () => 7)).toBe(7);
  await flushTelemetry();
  expect(await dropped()).toBe(before + 1);
  startTelemetry('x', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
  for (let n = 0; n < 6_000; n += 1) void spanned({ name: 'x', kind: 'internal' }, async () => undefined);
  await flushTelemetry();
  expect(await dropped()).toBe(before + 6_001);
});

it('without an endpoint nothing is made: no span, no id, no request', async () => {
  startTelemetry('x', {});
  const work = Promise.resolve(1);
  expect(spanned({ name: 'x', kind: 'internal' }, () => work)).toBe(work);
  await withTrace(storyOf().traceparent, () =>
    spanned({ name: 'x', kind: 'server' }, async () => expect(currentTrace()?.spanId).toBeUndefined()),
  );
  await flushTelemetry();
  expect(got).toEqual([]);
});
