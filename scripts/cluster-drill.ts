/**
 * npm run drill:cluster: nodes, pods, the API server, the broker and the database are taken away from a release on a real
 * cluster while callers come, and what they got is tabled. Exits 1 when something that must hold did not. docs/faults.md.
 */
import { parseArgs } from 'node:util';
import { faults } from '../test/cluster/faults/faults.ts';
import { runClusterDrill } from '../test/cluster/faults/run-cluster-drill.ts';

const usage = `npm run drill:cluster -- [OPTION]…
  on the cluster of KUBECONFIG, else the one that scripts/kubernetes.sh has or starts (MEDLEY_TEST_NODES of them)
  --only A,B        ${faults.map(({ name }) => name).join(', ')} (all that this cluster can have)
  --rabbitmq N      nodes of RabbitMQ: 1 or 3 (3)
  --rate N          callers a second (20)
  --durable N       durable requests a second (2)
  --images A,B      two tags of an image that the nodes have (built of this tree)
  --namespace NAME  a release that an earlier run kept, instead of one of its own
  --keep            leaves the release there
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    rabbitmq: { type: 'string', default: '3' },
    rate: { type: 'string', default: '20' },
    durable: { type: 'string', default: '2' },
    images: { type: 'string' },
    namespace: { type: 'string' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const imagesOf = (given: string | undefined): readonly [string, string] | null => {
  if (given === undefined) return null;
  const [one, other, ...more] = given.split(',');
  if (one === undefined || other === undefined || more.length > 0) throw new RangeError(`--images takes two\n${usage}`);
  return [one, other];
};

if (values.help) console.log(usage);
else {
  if (values.rabbitmq !== '1' && values.rabbitmq !== '3') throw new RangeError(`--rabbitmq is 1 or 3\n${usage}`);
  const broken = await runClusterDrill({
    only: values.only.split(',').filter((name) => name !== ''),
    brokerNodes: values.rabbitmq === '1' ? 1 : 3,
    ratePerSecond: Number(values.rate),
    durablePerSecond: Number(values.durable),
    images: imagesOf(values.images),
    namespace: values.namespace ?? null,
    keep: values.keep,
    say: (line) => console.log(line),
  });
  console.log(broken.length === 0 ? '\nall of it holds' : `\ndoes not hold:\n${broken.join('\n')}`);
  process.exitCode = broken.length === 0 ? 0 : 1;
}
