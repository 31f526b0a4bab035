/** The AsyncAPI 3.0 document of the wire contract: queues and exchanges as channels, who sends and receives what. Pure. */
import { messageTypes } from '../src/contract/control.ts';
import {
  aggregatorTopology,
  type ControlRole,
  controlKeys,
  controlTopology,
  coreTopology,
  createNames,
  gatewayTopology,
  headers,
  type Names,
  type QueueSpec,
  scorerTopology,
  type Topology,
} from '../src/contract/topology.ts';
import { fileStem, messages } from './message-schemas.ts';

type Message = keyof typeof messageTypes;
type Node = Readonly<Record<string, unknown>>;

const bindingVersion = '0.3.0';
const parameters: Readonly<Record<string, string>> = {
  criterion:
    'The criterion a scorer judges by. A re-homed interactive queue has `.g` and its generation behind the lane.',
  ordinal: 'The ordinal of an aggregator replica, from 0.',
  gateway: 'The name of a gateway process.',
  role: '`gateway`, `aggregator` or `operator`.',
  process: 'The name of the process.',
  queue: 'The name of the queue it is meant for: each queue is bound by its own name.',
};

const messageRef = (message: Message): Node => ({ $ref: `#/components/messages/${message}` });

interface ChannelSpec {
  readonly address: string;
  readonly description: string;
  readonly messages: readonly Message[];
  readonly bindings: Node;
  readonly extensions?: Node;
}

const channel = ({ address, description, messages: carried, bindings, extensions = {} }: ChannelSpec): Node => {
  const used = [...address.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  return {
    address,
    description,
    messages: Object.fromEntries(carried.map((message) => [message, messageRef(message)])),
    ...(used.length === 0
      ? {}
      : { parameters: Object.fromEntries(used.map((name) => [name, { description: parameters[name] }])) }),
    bindings: { amqp: { ...bindings, bindingVersion } },
    ...extensions,
  };
};

/** A queue, with what it was declared with: those who consume it need not declare it. */
const queueChannel = (queue: QueueSpec, topology: Topology, told: Pick<ChannelSpec, 'description' | 'messages'>) => {
  const { name, ...declared } = queue;
  const bound = topology.bindings.filter((one) => one.queue === name).map(({ exchange, key }) => ({ exchange, key }));
  return channel({
    address: name,
    ...told,
    bindings: { is: 'queue', queue: { name, durable: true, exclusive: false, autoDelete: false } },
    extensions: { 'x-medley-queue': declared, 'x-medley-bindings': bound },
  });
};

/** What is published to an exchange under one routing key. */
const keyChannel = (
  topology: Topology,
  exchange: string,
  told: Pick<ChannelSpec, 'address' | 'description' | 'messages'>,
) => {
  const kind = topology.exchanges.find((one) => one.name === exchange)?.kind;
  return channel({
    ...told,
    bindings: { is: 'routingKey', exchange: { name: exchange, type: kind, durable: true, autoDelete: false } },
  });
};

/** The topology of a role whose name is a parameter of the address. */
const placeholderOrdinal = '{ordinal}' as unknown as number;

const queueChannels = (names: Names): Node => {
  const core = coreTopology(names);
  const find = (topology: Topology, name: string, told: Pick<ChannelSpec, 'description' | 'messages'>) => {
    const queue = topology.queues.find((one) => one.name === name);
    if (queue === undefined) throw new RangeError(`the topology has no queue ${name}`);
    return queueChannel(queue, topology, told);
  };
  const scorer = scorerTopology(names, '{criterion}');
  const aggregator = aggregatorTopology(names, placeholderOrdinal);
  const gateway = gatewayTopology(names, '{gateway}');
  const control = controlTopology(
    names,
    { role: '{role}' as ControlRole, process: '{process}' },
    Object.values(controlKeys),
  );
  const lanes = (['interactive', 'durable'] as const).flatMap((lane) => [
    [
      `scorerQueue-${lane}`,
      find(scorer, names.scorer('{criterion}', lane, 0), {
        description: `What one scorer is asked, ${lane} lane. Replicas compete for it.`,
        messages: ['requests'],
      }),
    ],
    [
      `aggregatorQueue-${lane}`,
      find(aggregator, names.results(placeholderOrdinal, lane), {
        description: `What one aggregator gathers, ${lane} lane: the requests as they were scattered, and their partials.`,
        messages: ['requests', 'partials'],
      }),
    ],
  ]);
  return {
    ...Object.fromEntries(lanes),
    gatewayQueue: find(gateway, names.replies('{gateway}'), {
      description: 'Answers for the callers of one gateway process.',
      messages: ['answers'],
    }),
    controlQueue: find(control, names.control('{role}' as ControlRole, '{process}'), {
      description: 'What one process hears on the control exchange; it binds the keys it listens to.',
      messages: ['aggregator', 'plans', 'plansWanted', 'fleet', 'forgotten', 'demand'],
    }),
    intakeQueue: find(core, names.intake, {
      description: 'Accepted durable requests; aggregators compete for it.',
      messages: ['intake'],
    }),
    deadIntakeQueue: find(core, names.dead.intake, {
      description: 'Durable requests that were given up; they become visible failures.',
      messages: ['intake'],
    }),
    deadScoringQueue: find(core, names.dead.scoring, {
      description: 'Durable batches no scorer could take; they become visible failures.',
      messages: ['requests'],
    }),
    malformedQueue: find(core, names.dead.malformed, {
      description: `Bad messages and bad parts of batches, with headers ${Object.values(headers).join(', ')}. They wait for a person.`,
      messages: [],
    }),
  };
};

const exchangeChannels = (names: Names): Node => {
  const core = coreTopology(names);
  const key = (exchange: string, address: string, description: string, carried: readonly Message[]) =>
    keyChannel(core, exchange, { address, description, messages: carried });
  const { exchange } = names;
  return {
    scatter: key(
      exchange.scatter,
      '{queue}',
      'One publish scatters: the routing key is the results queue of the aggregator, the CC header names the queue of every chosen scorer.',
      ['requests'],
    ),
    results: key(exchange.results, '{queue}', 'Partials go under the routing key `results` of their batch.', [
      'partials',
    ]),
    replies: key(exchange.replies, '{queue}', 'Answers go under the routing key `replyTo` of their batch.', [
      'answers',
    ]),
    intake: key(exchange.intake, names.intake, 'Durable requests enter here, persistent and confirmed.', ['intake']),
    malformed: key(
      exchange.deadLetter,
      names.dead.malformed,
      'Bad messages and parts, with the reason in headers.',
      [],
    ),
    announced: key(exchange.control, controlKeys.aggregator, 'Aggregators announce themselves.', ['aggregator']),
    plans: key(exchange.control, controlKeys.plans, 'Plans in force.', ['plans']),
    plansWanted: key(exchange.control, controlKeys.plansWanted, 'A process asks for the plans.', ['plansWanted']),
    fleet: key(exchange.control, controlKeys.fleet, 'Ready replicas of each scorer.', ['fleet']),
    forgotten: key(exchange.control, controlKeys.forgotten, 'A user was deleted.', ['forgotten']),
    demand: key(exchange.control, controlKeys.demand, 'What scorers are wanted for.', ['demand']),
  };
};

type Step = readonly [role: string, action: 'send' | 'receive', channel: string, message: Message, summary: string];

const steps: readonly Step[] = [
  ['gateway', 'send', 'scatter', 'requests', 'Scatters interactive requests by one publish'],
  ['gateway', 'receive', 'gatewayQueue', 'answers', 'Takes the answers its callers wait for'],
  ['gateway', 'send', 'intake', 'intake', 'Accepts a durable request'],
  ['gateway', 'receive', 'controlQueue', 'aggregator', 'Learns which aggregators live'],
  ['gateway', 'receive', 'controlQueue', 'plans', 'Switches to newer plans'],
  ['gateway', 'receive', 'controlQueue', 'fleet', 'Learns which scorers are asleep'],
  ['gateway', 'send', 'forgotten', 'forgotten', 'Tells all that a user was deleted'],
  ['gateway', 'receive', 'controlQueue', 'forgotten', 'Forgets the last good answers of a deleted user'],
  ['gateway', 'send', 'plansWanted', 'plansWanted', 'Asks for the plans at its start'],
  ['gateway', 'send', 'demand', 'demand', 'Says what was asked of each scorer, and what was turned away'],
  ['scorer', 'receive', 'scorerQueue-interactive', 'requests', 'Takes requests a caller waits for'],
  ['scorer', 'receive', 'scorerQueue-durable', 'requests', 'Takes durable requests'],
  ['scorer', 'send', 'results', 'partials', 'Answers under the key the batch names'],
  ['aggregator', 'receive', 'aggregatorQueue-interactive', 'requests', 'Opens a group for each request'],
  ['aggregator', 'receive', 'aggregatorQueue-interactive', 'partials', 'Gathers'],
  ['aggregator', 'receive', 'aggregatorQueue-durable', 'requests', 'Hears of the durable batch it scattered'],
  ['aggregator', 'receive', 'aggregatorQueue-durable', 'partials', 'Gathers durable requests'],
  ['aggregator', 'send', 'replies', 'answers', 'Answers the gateway'],
  ['aggregator', 'receive', 'intakeQueue', 'intake', 'Takes a durable request, settled once its answer is stored'],
  ['aggregator', 'send', 'scatter', 'requests', 'Scatters durable requests and the refine step'],
  ['aggregator', 'receive', 'deadIntakeQueue', 'intake', 'Makes a visible failure of a request that was given up'],
  ['aggregator', 'receive', 'deadScoringQueue', 'requests', 'Makes a visible failure of what no scorer could take'],
  ['aggregator', 'send', 'announced', 'aggregator', 'Announces itself'],
  ['aggregator', 'receive', 'controlQueue', 'plans', 'Switches to newer plans'],
  ['aggregator', 'receive', 'controlQueue', 'forgotten', 'Forgets the late partials of a deleted user'],
  ['aggregator', 'send', 'plansWanted', 'plansWanted', 'Asks for the plans at its start'],
  ['aggregator', 'send', 'demand', 'demand', 'Says what each scorer served, and how long it took'],
  ['operator', 'send', 'plans', 'plans', 'Publishes the plans (on one machine: the process that started the roles)'],
  ['operator', 'send', 'fleet', 'fleet', 'Publishes how many replicas are ready'],
  ['operator', 'receive', 'controlQueue', 'plansWanted', 'Hears who wants the plans'],
  ['operator', 'receive', 'controlQueue', 'demand', 'Learns what each scorer is wanted for, to scale it'],
];

const operations = (): Node =>
  Object.fromEntries(
    steps.map(([role, action, on, message, summary]) => [
      `${role}.${action}.${on}.${message}`,
      {
        action,
        title: summary,
        tags: [{ name: role }],
        channel: { $ref: `#/channels/${on}` },
        messages: [{ $ref: `#/channels/${on}/messages/${message}` }],
        bindings: {
          amqp: { ...(action === 'receive' ? { ack: true } : { mandatory: on === 'scatter' }), bindingVersion },
        },
      },
    ]),
  );

const componentMessages = (): Node =>
  Object.fromEntries(
    Object.entries(messageTypes).map(([key, type]) => [
      key,
      {
        name: type,
        title: messages[type].title,
        summary: messages[type].description,
        contentType: 'application/json',
        payload: {
          schemaFormat: 'application/schema+json;version=draft-2020-12',
          schema: { $ref: `./schemas/${fileStem(type)}.json` },
        },
        bindings: { amqp: { messageType: type, bindingVersion } },
      },
    ]),
  );

/** The document, with the names that `createNames(prefix)` gives. */
export const asyncApi = (prefix = 'medley'): Node => {
  const names = createNames(prefix);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Medley wire contract',
      version: '1',
      description:
        'How gateway, scorers, aggregator and operator talk over RabbitMQ (AMQP 0-9-1). The `type` property of a message names its schema; bodies are JSON. docs/protocol.md tells how to write a scorer.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels: { ...exchangeChannels(names), ...queueChannels(names) },
    operations: operations(),
    components: { messages: componentMessages() },
  };
};
