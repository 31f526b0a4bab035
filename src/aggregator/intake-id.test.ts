import { expect, test } from '@jest/globals';
import { requestId } from '../../test/support/gathering-samples.ts';
import { idInIntake } from './intake-id.ts';

test.each([
  [`{"ask":{"id":"${requestId(7)}","k":"many"}}`, requestId(7)],
  ['{"ask":{"id":"7"}}', null],
  ['{"ask":null}', null],
  ['null', null],
  ['[]', null],
  ['{', null],
])('of %s the id is %s', (body, id) => {
  expect(idInIntake(Buffer.from(body))).toBe(id);
});
