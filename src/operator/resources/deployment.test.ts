import { describe, expect, test } from '@jest/globals';
import { scorerSchema } from '../../contract/resources.ts';
import { buildDeployment } from './deployment.ts';

const settings = {
  ...{ namespace: 'n', instance: 'demo', image: 'medley:1', imagePullPolicy: 'IfNotPresent', prefix: 'medley' },
  ...{ modelsUrl: 'http://gateway:8081', drainMs: 20_000, logLevel: 'info', prometheusUrl: null },
  tracing: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', OTEL_TRACES_SAMPLER_ARG: '0.1' },
};

interface Pod {
  topologySpreadConstraints: object[];
  terminationGracePeriodSeconds: number;
  securityContext: object;
  containers: [
    Record<string, unknown> & { env: { name: string; value?: string; valueFrom?: object }[]; securityContext: object },
  ];
}

const build = (spec: object, replicas?: number) => {
  const object = { apiVersion: 'medley.dev/v1alpha1', kind: 'Scorer', metadata: { name: 'a', uid: 'u' }, spec };
  const resource = scorerSchema.parse(object);
  const options = { settings, generation: 2, brokerRevision: 'r', declare: false };
  const built = buildDeployment({ object, resource }, replicas === undefined ? options : { ...options, replicas });
  const { template, ...rest } = built.spec as { replicas?: number; template: { spec: Pod } };
  return { built, rest, pod: template.spec, container: template.spec.containers[0] };
};
const envOf = (container: Pod['containers'][0]) =>
  Object.fromEntries(container.env.map((one) => [one.name, one.value]));

describe('the Deployment of a Scorer', () => {
  test('is owned by it, and goes with it', () => {
    const owner = { kind: 'Scorer', name: 'a', uid: 'u', controller: true };
    expect(build({}).built.metadata.ownerReferences).toMatchObject([owner]);
  });

  test('carries a count only when it is made', () => {
    expect([build({}).rest.replicas, build({}, 0).rest.replicas]).toEqual([undefined, 0]);
  });

  test.each([[{}], [{ image: 'own:1' }]])('says where spans go, and heeds what the Scorer says of it: %j', (spec) => {
    const env = { OTEL_TRACES_SAMPLER_ARG: '1' };
    expect(envOf(build({ ...spec, env }).container)).toMatchObject({ ...settings.tracing, ...env });
  });

  test.each([[{}], [{ image: 'own:1' }]])('fits the restricted standard, whatever the image: %j', (spec) => {
    const { pod, container } = build(spec);
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(container.securityContext).toEqual({
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    });
  });

  test("runs Medley's own image with probes, and asks another for nothing", () => {
    const own = build({}).container;
    expect(own).toMatchObject({ image: 'medley:1', args: ['cmd/scorer'], readinessProbe: {}, startupProbe: {} });
    const foreign = build({ image: 'own:1' }).container;
    expect(
      ['args', 'command', 'readinessProbe', 'livenessProbe', 'startupProbe'].filter((key) => key in foreign),
    ).toEqual([]);
    expect(build({ image: 'own:1', command: ['run'] }).container).toMatchObject({ command: ['run'] });
  });

  test('tells its processes who they are; what the Scorer sets wins, but not over its address', () => {
    const { container } = build({
      ...{ criterion: 'c', implementation: 'i', settings: { days: '3' }, timeoutMs: 500, concurrency: 4 },
      env: { LOG_LEVEL: 'debug' },
    });
    expect(envOf(container)).toMatchObject({
      ...{ MEDLEY_CRITERION: 'c', MEDLEY_IMPLEMENTATION: 'i', MEDLEY_SETTINGS: '{"days":"3"}', LOG_LEVEL: 'debug' },
      ...{ MEDLEY_CONCURRENCY: '4', MEDLEY_SERVICE_LIMIT_MS: '500', MEDLEY_GENERATION: '2', MEDLEY_DECLARE: 'false' },
    });
    const address = container.env.filter((one) => one.name === 'MEDLEY_AMQP_URL');
    expect(address).toEqual([
      { name: 'MEDLEY_AMQP_URL', valueFrom: { secretKeyRef: { name: 'scorer-a-broker', key: 'url' } } },
    ]);
  });

  test('is spread over nodes by the pods of one rollout alone, so that those it replaces do not push them together', () => {
    expect(build({}).pod.topologySpreadConstraints).toEqual([
      expect.objectContaining({ topologyKey: 'kubernetes.io/hostname', matchLabelKeys: ['pod-template-hash'] }),
    ]);
  });

  test.each([
    [{}, '20000', 30],
    [{ timeoutMs: 90_000 }, '90000', 100],
  ])('is given the time to finish what it holds: %j', (spec, drainMs, graceS) => {
    const { pod, container } = build(spec);
    expect([envOf(container).MEDLEY_DRAIN_MS, pod.terminationGracePeriodSeconds]).toEqual([drainMs, graceS]);
  });
});
