/**
 * Every value of the chart: its shape, its default, a sentence and an example. The one source of values.yaml,
 * values.schema.json and the reference (scripts/values-schema.ts writes them).
 */
import { z } from 'zod';
import { monitoring } from './chart-values-monitoring.ts';
import { flag, list, map, number, section, text } from './chart-values-shapes.ts';

const quantity = (description: string, fallback: string, example: string) =>
  text(description, fallback, example, { pattern: /^$|^[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/ });

const resources = (what: string, own: { cpu: string; memory: string; limit: string }) =>
  section(`What ${what} asks of its node, and may use at most.`, {
    requests: section('What the scheduler sets aside.', {
      cpu: quantity('CPU set aside; empty for none.', own.cpu, '500m'),
      memory: quantity('Memory set aside; empty for none.', own.memory, '512Mi'),
    }),
    limits: section('What it may use at most.', {
      cpu: quantity('CPU it is held to; empty for no limit, so that a burst is served.', '', '2'),
      memory: quantity('Memory beyond which it is ended; empty for no limit.', own.limit, '1Gi'),
    }),
  });

const image = (what: string, repository: string, tag: string) =>
  section(`The image of ${what}.`, {
    repository: text('Where the image is.', repository, `registry.example/${repository}`, { min: 1 }),
    tag: text('Which version of it.', tag, tag, { min: 1 }),
  });

const storage = (what: string, size: string) =>
  section(`The volume of ${what}.`, {
    size: text('Its size.', size, '50Gi', { pattern: /^[0-9]+(\.[0-9]+)?(Mi|Gi|Ti)$/ }),
    className: text("Its StorageClass; empty for the cluster's default.", '', 'fast-ssd'),
  });

const env = (role: string) =>
  map(`More environment variables of ${role}, as docs/configuration.md lists them.`, { MEDLEY_GRACE_MS: '40' });

const secretKey = (what: string, key: string) =>
  text(`The key of that Secret which holds ${what}.`, key, key, { min: 1 });

const gateway = section('The gateway: takes requests over HTTP and answers by the deadline.', {
  replicas: number('How many run.', 2, 3, { min: 1, max: 100 }),
  maxOpen: number('Requests open at once in one of them; more are refused with 429.', 10_000, 5_000, {
    min: 1,
    max: 100_000,
  }),
  leaveSeconds: number('How long one that is told to stop serves on, until load balancers have heard.', 5, 15, {
    min: 0,
    max: 60,
  }),
  drainSeconds: number('How long it may then finish what is open.', 20, 30, { min: 0, max: 600 }),
  resources: resources('a gateway', { cpu: '100m', memory: '160Mi', limit: '1Gi' }),
  env: env('the gateways'),
  service: section('How callers inside the cluster, and through nodes, reach it.', {
    type: z
      .enum(['ClusterIP', 'NodePort', 'LoadBalancer'])
      .default('ClusterIP')
      .meta({
        description: '`NodePort` opens a port on every node, `LoadBalancer` asks the cloud for an address.',
        examples: ['NodePort'],
      }),
    port: number('The port of the Service.', 80, 8080, { min: 1, max: 65_535 }),
    nodePort: number('The port on the nodes, from 30000; 0 lets the cluster choose.', 0, 30_080, {
      min: 0,
      max: 32_767,
    }),
    annotations: map('Annotations of the Service, for what load balancers want to be told.', {
      'external-dns.alpha.kubernetes.io/hostname': 'medley.example.org',
    }),
  }),
  ingress: section('An Ingress in front of the gateway.', {
    enabled: flag('Whether there is one.', false),
    className: text("Which controller serves it; empty for the cluster's default.", '', 'nginx'),
    host: text('The name callers use; empty for any.', '', 'medley.example.org'),
    tlsSecret: text('The Secret with its certificate; empty for plain HTTP.', '', 'medley-tls'),
    annotations: map('Its annotations.', { 'cert-manager.io/cluster-issuer': 'letsencrypt' }),
  }),
  httpRoute: section('An HTTPRoute of the Gateway API in front of the gateway.', {
    enabled: flag('Whether there is one.', false),
    parents: list(
      'The Gateways it hangs on.',
      z.strictObject({
        name: z.string().min(1).meta({ description: 'Name of the Gateway.' }),
        namespace: z.string().optional().meta({ description: "Its namespace; absent: the release's." }),
        sectionName: z.string().optional().meta({ description: 'The listener; absent: all.' }),
      }),
      [{ name: 'public', namespace: 'edge' }],
    ),
    hostnames: list('The names callers use; empty for any.', z.string(), ['medley.example.org']),
  }),
});

const rabbitmq = section('The broker between gateways, aggregators and scorers.', {
  mode: z
    .enum(['internal', 'operator', 'external'])
    .default('internal')
    .meta({
      description:
        '`internal` runs it in this release, `operator` asks the RabbitMQ Cluster Operator for one, `external` uses one that is there.',
      examples: ['external'],
    }),
  vhost: text('The virtual host on it. With `external` the address names it.', 'medley', 'medley', {
    pattern: /^[A-Za-z0-9._-]{1,63}$/,
  }),
  replicas: z
    .literal([1, 3])
    .default(1)
    .meta({
      description: 'Nodes of `internal` and `operator`: 1, or 3 that lose nothing durable when one is lost.',
      examples: [3],
    }),
  provisionUsers: flag(
    'Whether every role and scorer gets a user of its own on the broker, which needs an administrator; `false`: all share one.',
    true,
  ),
  resources: resources('a node of `internal` or `operator`', { cpu: '200m', memory: '512Mi', limit: '1Gi' }),
  storage: storage('a node of `internal` or `operator`', '8Gi'),
  internal: section('What only the broker of this release has.', {
    image: image('RabbitMQ, the official one', 'rabbitmq', '4-management'),
    existingSecret: text(
      'A Secret with `password` (of the administrator `medley`: letters, digits, `-`, `_`) and `erlang-cookie`; empty: one is made.',
      '',
      'medley-broker',
    ),
  }),
  operator: section('What only a RabbitmqCluster has.', {
    image: text("Its image; empty for the cluster operator's own choice.", '', 'rabbitmq:4-management'),
  }),
  external: section('Where a broker of your own is.', {
    existingSecret: text('A Secret that holds its addresses. Required with `external`.', '', 'my-broker'),
    amqpUrlKey: secretKey('`amqp://user:password@host:5672/vhost`', 'amqp-url'),
    managementUrlKey: text(
      'The key of that Secret which holds `https://user:password@host:15672`; empty where there is none to use: then every role declares for itself, as the one user.',
      'management-url',
      'management-url',
    ),
  }),
});

const postgresql = section('The database of catalogue, feedback, models and durable answers.', {
  mode: z
    .enum(['internal', 'external'])
    .default('internal')
    .meta({
      description: '`internal` runs one PostgreSQL in this release, `external` uses one that is there.',
      examples: ['external'],
    }),
  internal: section('The PostgreSQL of this release: one pod, no replica. For more than a try, bring your own.', {
    image: image('PostgreSQL, the official one', 'postgres', '17'),
    existingSecret: text(
      'A Secret with `password` (letters, digits, `-`, `_`) of the user `medley`; empty: one is made.',
      '',
      'medley-database',
    ),
    maxConnections: number('Connections it takes: ten for each gateway, aggregator and trainer, and some.', 100, 300, {
      min: 20,
      max: 10_000,
    }),
    resources: resources('PostgreSQL', { cpu: '100m', memory: '256Mi', limit: '1Gi' }),
    storage: storage('PostgreSQL', '8Gi'),
  }),
  external: section('Where a database of your own is.', {
    existingSecret: text('A Secret that holds its address. Required with `external`.', '', 'my-database'),
    urlKey: secretKey('`postgres://user:password@host:5432/database`', 'url'),
  }),
});

const peer = z.looseObject({}).meta({ description: 'A NetworkPolicyPeer, as Kubernetes has it.' });

export const chartValues = z.strictObject({
  image: section('The image with every role of Medley.', {
    repository: text('Where the image is.', 'medley', 'registry.example/medley', { min: 1 }),
    tag: text("Which version of it; empty for the chart's own `appVersion`.", '', '0.1.0'),
    digest: text('Its digest, which then counts instead of the tag.', '', `sha256:${'0'.repeat(64)}`, {
      pattern: /^$|^sha256:[0-9a-f]{64}$/,
    }),
    pullPolicy: z
      .enum(['Always', 'IfNotPresent', 'Never'])
      .default('IfNotPresent')
      .meta({
        description: 'When nodes look for it anew.',
        examples: ['Always'],
      }),
    pullSecrets: list('Secrets with the credentials of registries, for all images.', z.string(), [
      'registry-credentials',
    ]),
  }),
  prefix: text(
    'Before every name on the broker, so that several installations can share one virtual host.',
    'medley',
    'webflix',
    {
      pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    },
  ),
  logLevel: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .meta({
      description: 'What every role logs.',
      examples: ['warn'],
    }),
  tracing: section('Traces of requests, over OTLP/HTTP.', {
    endpoint: text(
      'Where a collector takes them, for all roles and all Scorers; empty: none are sent.',
      '',
      'http://collector.monitoring.svc:4318',
      { pattern: /^(https?:\/\/\S+)?$/ },
    ),
    percent: number('How many of a hundred requests are traced.', 100, 1, { min: 0, max: 100 }),
  }),
  nodeSelector: map('Labels a node must have for the pods of this release (Scorers have their own).', {
    'kubernetes.io/arch': 'amd64',
  }),
  tolerations: list('Taints that the pods of this release bear (Scorers have their own).', z.looseObject({}), [
    { key: 'dedicated', operator: 'Equal', value: 'medley', effect: 'NoSchedule' },
  ]),
  priorityClassName: text('The PriorityClass of the pods of this release.', '', 'high'),
  podAnnotations: map('Annotations of the pods of this release.', { 'example.org/team': 'recommendations' }),
  gateway,
  aggregator: section('The aggregators: gather what scorers say and put answers together.', {
    replicas: number('How many run.', 2, 3, { min: 1, max: 100 }),
    maxOpen: number('Requests gathered at once in one of them.', 4_096, 2_048, { min: 1, max: 100_000 }),
    drainSeconds: number('How long one that is told to stop may finish what it gathers.', 15, 30, { min: 0, max: 600 }),
    resources: resources('an aggregator', { cpu: '100m', memory: '160Mi', limit: '1Gi' }),
    env: env('the aggregators'),
  }),
  operator: section('The operator: makes pods, queues and scaling of Scorers, and plans of Recommenders.', {
    replicas: number('How many run; one of them works, another takes over.', 2, 1, { min: 1, max: 5 }),
    resyncSeconds: number('How often everything is looked at anew.', 300, 60, { min: 1, max: 86_400 }),
    scorerDrainSeconds: number('How long a scorer that is told to stop may finish what it holds.', 20, 60, {
      min: 0,
      max: 600,
    }),
    prometheusUrl: text(
      'Where Prometheus answers queries, for Scorers of mode `keda`; empty: that mode is refused.',
      '',
      'http://prometheus.monitoring.svc:9090',
    ),
    resources: resources('an operator', { cpu: '50m', memory: '128Mi', limit: '512Mi' }),
    env: env('the operators'),
  }),
  trainer: section('The trainer: fits the models of the shipped criteria.', {
    enabled: flag('Whether models are fitted again and again.', true),
    schedule: text('When, as cron has it.', '17 * * * *', '0 3 * * *', { pattern: /^(\S+\s+){4}\S+$/ }),
    atInstall: flag('Whether the first models are fitted right after the install, so that there are answers.', true),
    resources: resources('a trainer', { cpu: '200m', memory: '256Mi', limit: '4Gi' }),
    env: env('the trainers'),
  }),
  webflix: section('Webflix, the running example: a film streaming service.', {
    enabled: flag('Whether its Scorers and Recommenders are part of the release.', true),
    demoData: flag('Whether an empty database is filled with its films and generated viewers.', true),
  }),
  rabbitmq,
  postgresql,
  networkPolicy: section('Who may talk to whom.', {
    enabled: flag('Whether NetworkPolicies are made.', true),
    callers: list('Who may call the gateway; empty for anybody.', peer, [
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'edge' } } },
    ]),
    monitors: list('Who may read metrics; empty for anybody in the cluster.', peer, [
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } },
    ]),
    brokerClients: list(
      'Who besides this release may use its broker, AMQP and management API; empty for nobody.',
      peer,
      [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'films' } } }],
    ),
    databaseClients: list('Who besides this release may use its database; empty for nobody.', peer, [
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'films' } } },
    ]),
    scorerEgress: list(
      'Where scorers may connect to besides the broker, the models and DNS; egress rules as Kubernetes has them.',
      z.looseObject({}),
      [{ to: [{ ipBlock: { cidr: '10.1.2.3/32' } }], ports: [{ port: 443, protocol: 'TCP' }] }],
    ),
  }),
  podDisruptionBudgets: section('Whether drains of nodes take one pod of a role at a time.', {
    enabled: flag('Whether PodDisruptionBudgets are made.', true),
  }),
  monitoring,
  test: section('What `helm test` asks.', {
    user: text('For whom recommendations are asked.', '1', '42', { min: 1 }),
    recommender: text('Which recommender is asked.', 'home', 'trending', { min: 1 }),
    patienceSeconds: number('How long it asks again until an answer is whole and fresh.', 120, 30, {
      min: 1,
      max: 3_600,
    }),
  }),
  uninstall: section('What `helm uninstall` leaves.', {
    keepData: flag('Whether volumes, and the Secrets made for them, outlive the release.', true),
    keepBrokerObjects: flag(
      'Whether queues with what waits in them, exchanges and users outlive the release on a broker of your own (`external`).',
      true,
    ),
  }),
  global: z
    .looseObject({})
    .default({})
    .meta({
      description: 'For charts that hold this one; not read.',
      examples: [{}],
    }),
});
