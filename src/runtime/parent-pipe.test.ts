import { describe, expect, test } from '@jest/globals';
import { endWithParent, type PipedProcess } from './parent-pipe.ts';

const hostWith = (env: PipedProcess['env']): PipedProcess & { killed: string[] } => {
  const killed: string[] = [];
  return { env, pid: 42, killed, kill: (pid, signal) => killed.push(`${pid} ${signal}`) };
};

describe('ending with the parent', () => {
  test('nothing happens where no parent gave a pipe', () => {
    for (const env of [{}, { MEDLEY_PARENT_PIPE: '' }]) {
      const host = hostWith(env);
      endWithParent(host);
      expect(host.killed).toEqual([]);
    }
  });

  test.each(['no number', '9999', '-1'])(
    'a variable that names no pipe (%s) is a fault, said as a sentence',
    (text) => {
      expect(() => endWithParent(hostWith({ MEDLEY_PARENT_PIPE: text }))).toThrow('MEDLEY_PARENT_PIPE names no pipe');
    },
  );
});
