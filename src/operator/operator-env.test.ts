import { expect, test } from '@jest/globals';
import { parseOperatorEnv } from './operator-env.ts';

const machine = { host: 'here', pid: 7 };
const needed = { MEDLEY_AMQP_URL: 'amqp://here', MEDLEY_IMAGE: 'medley:1' };

test('where spans go is passed on to scorers, a password for it is not', () => {
  const sent = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', OTEL_TRACES_SAMPLER_ARG: '0.1' };
  const env = { ...needed, ...sent, OTEL_EXPORTER_OTLP_HEADERS: 'authorization=secret', OTEL_TRACES_SAMPLER: '' };
  expect(parseOperatorEnv(env, machine).tracing).toEqual(sent);
  expect(parseOperatorEnv(needed, machine).tracing).toEqual({});
});
