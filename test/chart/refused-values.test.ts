import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Cluster, connectCluster } from '../cluster/support/cluster.ts';

/** Values nobody can mean are refused before anything is made: by the schema with place and fault, by the templates with a sentence. */
jest.setTimeout(900_000);

let cluster: Cluster;
beforeAll(async () => {
  cluster = await connectCluster();
});

const refusalOf = async (set: readonly string[]): Promise<string> => {
  const flags = set.flatMap((one) => ['--set', one]);
  const { code, stdout, stderr } = await cluster.tryHelm(['template', 'medley', 'helm/medley', ...flags]);
  expect([code, stdout]).toEqual([1, '']);
  return stderr;
};

describe('the schema refuses', () => {
  test.each<[string, string, string]>([
    ['a name there is not', 'surprise=1', "at '': additional properties 'surprise' not allowed"],
    ['a misspelt name inside', 'gateway.replica=3', "at '/gateway': additional properties 'replica' not allowed"],
    ['no gateway at all', 'gateway.replicas=0', "at '/gateway/replicas': minimum: got 0, want 1"],
    ['half a gateway', 'gateway.replicas=two', "at '/gateway/replicas': got string, want integer"],
    ['two nodes of RabbitMQ', 'rabbitmq.replicas=2', "at '/rabbitmq/replicas': value must be one of 1, 3"],
    ['another broker', 'rabbitmq.mode=redis', "value must be one of 'internal', 'operator', 'external'"],
    ['a virtual host that is a path', 'rabbitmq.vhost=a/b', "at '/rabbitmq/vhost': 'a/b' does not match pattern"],
    ['another database', 'postgresql.mode=mysql', "value must be one of 'internal', 'external'"],
    [
      'a pull policy there is not',
      'image.pullPolicy=Sometimes',
      "value must be one of 'Always', 'IfNotPresent', 'Never'",
    ],
    ['a digest that is none', 'image.digest=abc', "at '/image/digest': 'abc' does not match pattern"],
    ['an empty image', 'image.repository=', "at '/image/repository': minLength: got 0, want 1"],
    ['a prefix in capitals', 'prefix=Medley', "at '/prefix': 'Medley' does not match pattern"],
    ['an amount that is none', 'gateway.resources.requests.cpu=lots', "at '/gateway/resources/requests/cpu': 'lots'"],
    ['a kind of Service there is not', 'gateway.service.type=Node', "'ClusterIP', 'NodePort', 'LoadBalancer'"],
    ['a log level there is not', 'logLevel=loud', "at '/logLevel': value must be one of 'trace', 'debug'"],
    ['a schedule that is none', 'trainer.schedule=hourly', "at '/trainer/schedule': 'hourly' does not match pattern"],
    ['a size without a unit', 'rabbitmq.storage.size=8', "at '/rabbitmq/storage/size': got number, want string"],
    ['a Gateway without a name', 'gateway.httpRoute.parents[0].namespace=x', "missing property 'name'"],
    ['a number as a variable', 'gateway.env.MEDLEY_GRACE_MS=40', "at '/gateway/env/MEDLEY_GRACE_MS': got number"],
    [
      'an alert there is not',
      'monitoring.alerts.rules.MedleyTurtel.threshold=0.2',
      "invalid propertyName 'MedleyTurtel'\n  - at '': value must be one of 'MedleyAggregatorMissing', ",
    ],
    [
      'a misspelt setting of an alert',
      'monitoring.alerts.rules.MedleyTurtle.treshold=0.2',
      "at '/monitoring/alerts/rules/MedleyTurtle': additional properties 'treshold' not allowed",
    ],
    [
      'an alert that waits for no known time',
      'monitoring.alerts.rules.MedleyTurtle.for=soon',
      "at '/monitoring/alerts/rules/MedleyTurtle/for': 'soon' does not match pattern",
    ],
    ['taints that are no list', 'tolerations=all', "at '/tolerations': got string, want array"],
  ])('%s', async (_, set, says) => {
    expect(await refusalOf([set])).toContain(says);
  });
});

const secret = 'rabbitmq.external.existingSecret=broker';

describe('what does not go together is refused', () => {
  test.each<[string, readonly string[], string]>([
    [
      'an external broker nobody can find',
      ['rabbitmq.mode=external'],
      'rabbitmq.mode is external, so rabbitmq.external.existingSecret must name the Secret that holds its addresses.',
    ],
    [
      'the Secret of an external broker beside one of its own',
      [secret],
      'rabbitmq.external.existingSecret is set, but rabbitmq.mode is internal: set it to external, or leave the Secret out.',
    ],
    [
      'the Secret of a broker that is not made',
      ['rabbitmq.mode=operator', 'rabbitmq.internal.existingSecret=mine'],
      'rabbitmq.internal.existingSecret is set, but rabbitmq.mode is operator, which has no use for it.',
    ],
    [
      'an external database nobody can find',
      ['postgresql.mode=external'],
      'postgresql.mode is external, so postgresql.external.existingSecret must name the Secret that holds its address.',
    ],
    [
      'the Secret of an external database beside one of its own',
      ['postgresql.external.existingSecret=mine'],
      'postgresql.external.existingSecret is set, but postgresql.mode is internal',
    ],
    [
      'guests of a broker that is not its own',
      ['rabbitmq.mode=external', secret, 'networkPolicy.brokerClients[0].podSelector.matchLabels.app=films'],
      'networkPolicy.brokerClients is set, but rabbitmq.mode is external: this release has no broker to let anybody to.',
    ],
    [
      'guests of a database that is not its own',
      [
        ...['postgresql.mode=external', 'postgresql.external.existingSecret=mine'],
        'networkPolicy.databaseClients[0].podSelector.matchLabels.app=films',
      ],
      'networkPolicy.databaseClients is set, but postgresql.mode is external: this release has no database to let anybody to.',
    ],
    [
      'a port of nodes on a Service that opens none',
      ['gateway.service.nodePort=30080'],
      'gateway.service.nodePort is set, but gateway.service.type is ClusterIP, which opens no port on nodes',
    ],
    [
      'a port that nodes do not have',
      ['gateway.service.type=NodePort', 'gateway.service.nodePort=80'],
      'gateway.service.nodePort is 80: nodes have 30000 to 32767 for this',
    ],
    ['a route that hangs on nothing', ['gateway.httpRoute.enabled=true'], 'gateway.httpRoute.parents names no Gateway'],
    [
      'a variable that the chart sets',
      ['operator.env.MEDLEY_PREFIX=mine'],
      "operator.env.MEDLEY_PREFIX can't be set: the chart sets it by other values.",
    ],
    [
      'a variable that the chart sets for some brokers',
      ['gateway.env.MEDLEY_DECLARE=yes'],
      "gateway.env.MEDLEY_DECLARE can't be set: the chart sets it by other values.",
    ],
    [
      'more processes than the database takes',
      ['gateway.replicas=8', 'aggregator.replicas=4'],
      'postgresql.internal.maxConnections is 100, but 8 gateways, 4 aggregators, a trainer and one of each in a rollout need 145.',
    ],
    ['films without Webflix', ['webflix.enabled=false'], 'webflix.demoData is true, but webflix.enabled is false'],
  ])('%s', async (_, set, says) => {
    expect(await refusalOf(set)).toContain(says);
  });

  test('all of it at once', async () => {
    const said = await refusalOf(['rabbitmq.mode=external', 'postgresql.mode=external', 'webflix.enabled=false']);
    expect(said.match(/^ {2}- /gm)).toHaveLength(3);
  });
});
