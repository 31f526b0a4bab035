import { createServer } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { answerFor } from '../../test/support/store-fixtures.ts';
import type { Answer } from '../contract/answer.ts';
import { askForUser, askGateway, type Fetch, firstWholeAnswer, GatewayError } from './ask-gateway.ts';

const whole = answerFor('a'.repeat(32), '1');

const fetching = (response: Response | Error) => {
  const calls: { url: string; init: RequestInit }[] = [];
  const fetch: Fetch = async (url, init) => {
    calls.push({ url, init });
    if (response instanceof Error) throw response;
    return response;
  };
  return { calls, fetch };
};

describe('asking a gateway', () => {
  test('posts the request and gives the answer', async () => {
    const { calls, fetch } = fetching(Response.json(whole));
    expect(await askGateway('http://g', { user: '1' }, fetch)).toEqual(whole);
    expect(calls[0]).toMatchObject({
      url: 'http://g/v1/recommendations',
      init: { method: 'POST', body: '{"user":"1"}' },
    });
  });

  test('for a user goes to his address, whatever his id holds', async () => {
    const { calls, fetch } = fetching(Response.json(whole));
    await askForUser('http://g', { user: 'a/b ü', recommender: 'home', k: 3 }, fetch);
    expect(calls[0]?.url).toBe('http://g/v1/users/a%2Fb%20%C3%BC/recommendations?recommender=home&k=3');
  });

  test.each([
    [
      'a refusal with its code, and where in the request',
      Response.json(
        { status: 400, code: 'invalid-body', detail: '/k: too big', errors: [{ pointer: '/k', detail: 'too big' }] },
        { status: 400 },
      ),
      '400 invalid-body: /k: too big\n  - /k: too big',
    ],
    [
      'a refusal that is no problem document',
      new Response('<html>bad gateway', { status: 502 }),
      '502: <html>bad gateway',
    ],
    ['what is no gateway', new Response('hello'), 'what answers at http://g is no gateway of Medley: it sent no JSON'],
    [
      'a connection that is refused',
      new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:8080') }),
      'no gateway answers at http://g (connect ECONNREFUSED 127.0.0.1:8080); is medley up running there?',
    ],
    [
      'silence',
      Object.assign(new Error('timed out'), { name: 'TimeoutError' }),
      'no gateway answers at http://g (nothing came for 40 s); is medley up running there?',
    ],
  ])('tells %s as a sentence', async (_, response, sentence) => {
    const asked = askGateway('http://g', {}, fetching(response).fetch);
    await expect(asked).rejects.toThrow(GatewayError);
    await expect(asked).rejects.toThrow(sentence);
  });
});

describe('over the network', () => {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(whole));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  test('the same holds', async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    expect(await askGateway(`http://127.0.0.1:${port}`, { user: '1' })).toEqual(whole);
  });
});

describe('the first whole answer', () => {
  const pause = async (): Promise<void> => undefined;
  const inTurn = (...turns: readonly (Answer | Error)[]) => {
    let at = 0;
    return {
      asked: () => at,
      ask: async (): Promise<Answer> => {
        const turn = turns[Math.min(at, turns.length - 1)];
        at += 1;
        if (turn instanceof Error || turn === undefined) throw turn;
        return turn;
      },
    };
  };
  const partial: Answer = { ...whole, complete: false };

  test('is waited for through errors, fallbacks and partial answers', async () => {
    const turns = inTurn(new Error('503'), { ...whole, source: 'popular' }, partial, whole);
    expect(await firstWholeAnswer(turns.ask, { tries: 10, pauseMs: 100, pause })).toEqual(whole);
    expect(turns.asked()).toBe(4);
  });

  test('is given up after so many tries: the last answer, or the last error, is the outcome', async () => {
    expect(await firstWholeAnswer(inTurn(partial).ask, { tries: 3, pauseMs: 100, pause })).toEqual(partial);
    const failing = firstWholeAnswer(inTurn(new Error('no')).ask, { tries: 3, pauseMs: 100, pause });
    await expect(failing).rejects.toThrow('no');
  });

  test('is not asked for once it is over', async () => {
    const turns = inTurn(partial);
    const asking = firstWholeAnswer(turns.ask, { tries: 10, pauseMs: 0, pause, isOver: () => turns.asked() === 2 });
    expect(await asking).toEqual(partial);
    expect(turns.asked()).toBe(2);
  });
});
