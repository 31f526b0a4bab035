import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../kube/object.ts';
import { lastWords, podTrouble } from './pod-trouble.ts';

const pod = (status: object, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', ...metadata },
  status,
});
const container = (status: object) => pod({ containerStatuses: [{ image: 'film:1', ready: false, ...status }] });

describe('why a pod does not run', () => {
  const pulled = "image film:1 can't be pulled: no such host";
  test.each([
    ['ErrImagePull', 'no such host', pulled],
    ['ImagePullBackOff', 'Back-off pulling image "film:1": ErrImagePull: no such host', pulled],
    ['ImagePullBackOff', 'Back-off pulling image "film:1"', "image film:1 can't be pulled"],
    ['InvalidImageName', undefined, "image film:1 can't be pulled: InvalidImageName"],
  ])('%s, told the same way at every turn', (reason, message, expected) => {
    const trouble = podTrouble(container({ state: { waiting: { reason, message } } }));
    expect(trouble).toEqual({ reason: 'ImagePull', message: expected });
  });

  test('a container that can not be made', () => {
    const waiting = { reason: 'CreateContainerConfigError', message: 'secret "x" not found' };
    expect(podTrouble(container({ state: { waiting } }))).toEqual({
      reason: 'ContainerConfig',
      message: 'the container can\'t be made: secret "x" not found',
    });
  });

  test('a process that keeps ending, with its last words', () => {
    const ended = { exitCode: 1, reason: 'Error', message: 'start\nValueError: no model\n' };
    const state = { waiting: { reason: 'CrashLoopBackOff' } };
    const trouble = podTrouble(container({ state, lastState: { terminated: ended }, restartCount: 3 }));
    const message = 'the process ended 3 times, last with code 1 (Error), saying: ValueError: no model';
    expect(trouble).toEqual({ reason: 'CrashLoop', message });
  });

  test('no node that takes it', () => {
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes' }];
    expect(podTrouble(pod({ conditions }))).toEqual({
      reason: 'Unschedulable',
      message: 'no node takes it: 0/1 nodes',
    });
  });

  test.each([
    ['one that starts', container({ state: { waiting: { reason: 'ContainerCreating' } } })],
    ['one that is ready again', container({ ready: true, lastState: { terminated: { exitCode: 1 } } })],
    ['one that is being deleted', pod({ phase: 'Failed' }, { deletionTimestamp: '2026-01-01T00:00:00Z' })],
    ['one without a status', pod({})],
  ])('%s is no trouble', (_, one) => {
    expect(podTrouble(one)).toBeNull();
  });
});

describe('last words', () => {
  test.each([
    ['', ''],
    ['one\ntwo\n\n', 'two'],
    [
      '{"level":50,"msg":"could not start","err":{"message":"refused"}}\n{"level":30,"msg":"stopping"}',
      'could not start: refused',
    ],
    ['Error: Cannot find module x\n    at y\n\nNode.js v24.21.0', 'Error: Cannot find module x'],
    [
      '{"level":50,"msg":"The environment:\\n  - A is required","faults":["A is required"]}',
      'The environment: - A is required',
    ],
  ])('of %j', (log, expected) => {
    expect(lastWords(log)).toBe(expected);
  });

  test('are no longer than 300 characters', () => {
    expect(lastWords('x'.repeat(1_000))).toBe(`${'x'.repeat(300)} …`);
  });
});
