/**
 * Asks a gateway at a steady rate and tells each second what came back. Open loop: a slow answer delays no question.
 *
 * GATEWAY_URL, RECOMMENDER, RATE (a second), SECONDS, USERS. Exits 1 where an answer was neither 2xx nor 429.
 */
const { GATEWAY_URL = 'http://localhost:8080', RECOMMENDER = 'home' } = process.env;
const [rate, seconds, users] = ['RATE', 'SECONDS', 'USERS'].map((name, at) =>
  Number(process.env[name] ?? [20, 60, 100][at]),
);

const fresh = () => ({ asked: 0, whole: 0, part: 0, fallback: 0, refused: 0, failed: 0, ms: [] });
const total = fresh();
let current = fresh();

const count = (what) => {
  total[what] += 1;
  current[what] += 1;
};

const kindOf = (answer) => {
  if (answer.source !== 'fresh') return 'fallback';
  return answer.coverage.criteria.every((one) => ['scored', 'abstained'].includes(one.outcome)) ? 'whole' : 'part';
};

const ask = async (user) => {
  count('asked');
  const begun = performance.now();
  try {
    const response = await fetch(`${GATEWAY_URL}/v1/recommendations?recommender=${RECOMMENDER}&user=${user}`);
    const answer = await response.json();
    count(response.ok ? kindOf(answer) : response.status === 429 ? 'refused' : 'failed');
  } catch {
    count('failed');
  }
  const ms = performance.now() - begun;
  total.ms.push(ms);
  current.ms.push(ms);
};

const percentile = (ms, share) => Math.round(ms.toSorted((a, b) => a - b)[Math.floor(share * (ms.length - 1))] ?? 0);
const tell = (when, { ms, ...counts }) =>
  process.stdout.write(
    `${JSON.stringify({ when, ...counts, p50Ms: percentile(ms, 0.5), p99Ms: percentile(ms, 0.99) })}\n`,
  );

const open = new Set();
const start = performance.now();
for (let turn = 0; turn < rate * seconds; turn += 1) {
  const wait = start + (turn * 1000) / rate - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  const one = ask(1 + (turn % users)).finally(() => open.delete(one));
  open.add(one);
  if ((turn + 1) % rate !== 0) continue;
  tell(`second ${(turn + 1) / rate}`, current);
  current = fresh();
}
await Promise.all(open);
tell('total', total);
process.exitCode = total.failed > 0 ? 1 : 0;
