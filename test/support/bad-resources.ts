/**
 * Resources that nobody can mean, each with the sentence it gets: from the API server of a cluster, and on one machine.
 *
 * Only what both are asked about: what is wrong between resources (`resolvePlan`) is no matter of a schema.
 */
export interface BadResource {
  name: string;
  yaml: string;
  /** The field to blame, as both write it. */
  path: string;
  /** The sentence, or the part of it that both say. */
  says: string;
}

const head = (kind: string, name: string): string =>
  `apiVersion: medley.dev/v1alpha1\nkind: ${kind}\nmetadata: { name: ${name} }\n`;

const scorer = (spec: string): string => `${head('Scorer', 'a')}spec: { ${spec} }\n`;
const recommender = (spec: string): string => `${head('Recommender', 'home')}spec: { ${spec} }\n`;
const ofA = (spec: string): string => recommender(`criteria: [{ criterion: a }], ${spec}`);

const dnsLabel = 'must be lower-case letters, digits and dashes, as a DNS label';
const many = (count: number, write: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => write(at)).join(', ');

const badScorers: readonly BadResource[] = [
  {
    name: 'a name with dots, which no label value holds as a criterion',
    yaml: head('Scorer', 'my.scorer'),
    path: 'metadata.name',
    says: dnsLabel,
  },
  { name: 'a misspelt field', yaml: scorer('wieght: 2'), path: 'spec.wieght', says: 'unknown field' },
  {
    name: 'a misspelt field further in',
    yaml: scorer('queue: { maxMesages: 5 }'),
    path: 'spec.queue.maxMesages',
    says: 'unknown field',
  },
  {
    name: 'text where a number goes',
    yaml: scorer('weight: heavy'),
    path: 'spec.weight',
    says: 'must be of type number',
  },
  {
    name: 'a number where text goes',
    yaml: scorer('settings: { alpha: 5 }'),
    path: 'spec.settings.alpha',
    says: 'must be of type string',
  },
  {
    name: 'a negative weight',
    yaml: scorer('weight: -1'),
    path: 'spec.weight',
    says: 'should be greater than or equal to 0',
  },
  {
    name: 'too long a list',
    yaml: scorer('topN: 5000'),
    path: 'spec.topN',
    says: 'should be less than or equal to 1000',
  },
  { name: 'half a process', yaml: scorer('replicas: 1.5'), path: 'spec.replicas', says: 'must be of type integer' },
  {
    name: 'fewer than no processes',
    yaml: scorer('replicas: -1'),
    path: 'spec.replicas',
    says: 'should be greater than or equal to 0',
  },
  { name: 'a criterion that is no name', yaml: scorer('criterion: My Taste'), path: 'spec.criterion', says: dnsLabel },
  {
    name: 'an image with a blank',
    yaml: scorer('image: "my image"'),
    path: 'spec.image',
    says: 'must be an image reference, without blanks',
  },
  { name: 'an empty image', yaml: scorer('image: ""'), path: 'spec.image', says: 'should be at least 1 chars long' },
  {
    name: 'a command of nothing',
    yaml: scorer('image: mine:1, command: []'),
    path: 'spec.command',
    says: 'should have at least 1 items',
  },
  {
    name: 'an image of its own and one of our implementations',
    yaml: scorer('image: mine:1, implementation: history'),
    path: 'spec.implementation',
    says: 'an implementation is run by Medley: give it, or an image or command, not both',
  },
  {
    name: 'an environment that takes the broker away',
    yaml: scorer('env: { MEDLEY_AMQP_URL: "amqp://elsewhere" }'),
    path: 'spec.env',
    says: 'must not hold MEDLEY_AMQP_URL, MEDLEY_CRITERION, MEDLEY_GENERATION, MEDLEY_PREFIX: Medley sets these',
  },
  {
    name: 'an environment without end',
    yaml: scorer(`env: { ${many(65, (at) => `V${at}: "1"`)} }`),
    path: 'spec.env',
    says: 'must have at most 64 items',
  },
  {
    name: 'a setting whose name is a paragraph',
    yaml: scorer(`settings: { ${'x'.repeat(64)}: "1" }`),
    path: 'spec.settings',
    says: 'keys must have at most 63 characters',
  },
  {
    name: 'a mode of scaling there is not',
    yaml: scorer('autoscaling: { mode: magic }'),
    path: 'spec.autoscaling.mode',
    says: 'supported values: "operator", "hpa", "keda", "observe", "none"',
  },
  {
    name: 'more processes at least than at most',
    yaml: scorer('autoscaling: { minReplicas: 5, maxReplicas: 2 }'),
    path: 'spec.autoscaling.minReplicas',
    says: 'minReplicas must not be over maxReplicas',
  },
  {
    name: 'more processes at least than the usual most',
    yaml: scorer('autoscaling: { minReplicas: 11 }'),
    path: 'spec.autoscaling.minReplicas',
    says: 'minReplicas must not be over maxReplicas',
  },
  {
    name: 'a HorizontalPodAutoscaler down to zero',
    yaml: scorer('autoscaling: { mode: hpa, minReplicas: 0 }'),
    path: 'spec.autoscaling.minReplicas',
    says: 'mode hpa needs minReplicas of at least 1: a HorizontalPodAutoscaler cannot go to zero',
  },
  {
    name: 'a utilisation in percent',
    yaml: scorer('autoscaling: { targetUtilisation: 80 }'),
    path: 'spec.autoscaling.targetUtilisation',
    says: 'should be less than or equal to 1',
  },
  {
    name: 'memory in words',
    yaml: scorer('resources: { limits: { memory: plenty } }'),
    path: 'spec.resources.limits.memory',
    says: 'must be a quantity in quotes, as "500m", "2" or "256Mi"',
  },
  {
    name: 'processors without quotes',
    yaml: scorer('resources: { limits: { cpu: 2 } }'),
    path: 'spec.resources.limits.cpu',
    says: 'must be of type string',
  },
  {
    name: 'more asked for than allowed',
    yaml: scorer('resources: { requests: { memory: 2Gi }, limits: { memory: 1500Mi } }'),
    path: 'spec.resources.requests.memory',
    says: 'requests.memory must not be over limits.memory',
  },
  {
    name: 'a delivery limit that loses durable work',
    yaml: scorer('queue: { durableDeliveryLimit: 3 }'),
    path: 'spec.queue.durableDeliveryLimit',
    says: 'should be greater than or equal to 20',
  },
  {
    name: 'a way to go there is not',
    yaml: scorer('deletionPolicy: Keep'),
    path: 'spec.deletionPolicy',
    says: 'supported values: "Delete", "Drain"',
  },
  {
    name: 'a toleration of everything by accident',
    yaml: scorer('tolerations: [{ effect: NoSchedule }]'),
    path: 'spec.tolerations[0]',
    says: 'without a key every taint is tolerated; say so by operator Exists',
  },
  {
    name: 'a toleration with a value nobody looks at',
    yaml: scorer('tolerations: [{ key: gpu, operator: Exists, value: "yes" }]'),
    path: 'spec.tolerations[0].value',
    says: 'operator Exists asks for no value; leave value out',
  },
];

const badRecommenders: readonly BadResource[] = [
  { name: 'no criteria at all', yaml: recommender('deadlineMs: 100'), path: 'spec.criteria', says: 'Required value' },
  {
    name: 'criteria of nothing',
    yaml: recommender('criteria: []'),
    path: 'spec.criteria',
    says: 'should have at least 1 items',
  },
  {
    name: 'more criteria than a mask has bits',
    yaml: recommender(`criteria: [${many(31, (at) => `{ criterion: c${at} }`)}]`),
    path: 'spec.criteria',
    says: 'must have at most 30 items',
  },
  {
    name: 'both a name and labels',
    yaml: recommender('criteria: [{ criterion: a, selector: { matchLabels: { b: c } } }]'),
    path: 'spec.criteria[0]',
    says: 'give exactly one of criterion and selector',
  },
  {
    name: 'neither a name nor labels',
    yaml: recommender('criteria: [{ criterion: a }, { weight: 2 }]'),
    path: 'spec.criteria[1]',
    says: 'give exactly one of criterion and selector',
  },
  {
    name: 'one criterion twice',
    yaml: recommender('criteria: [{ criterion: a }, { criterion: a, weight: 2 }]'),
    path: 'spec.criteria',
    says: 'a criterion is named twice; name each once',
  },
  {
    name: 'nobody who counts',
    yaml: recommender('criteria: [{ criterion: a, weight: 0 }]'),
    path: 'spec.criteria',
    says: 'every criterion has weight 0; give at least one a weight',
  },
  {
    name: 'a shadow nothing goes without',
    yaml: recommender('criteria: [{ criterion: a }, { criterion: b, weight: 0, required: true }]'),
    path: 'spec.criteria[1].required',
    says: 'a shadow (weight 0) is never counted, so it cannot be required',
  },
  {
    name: 'a deadline no round trip fits in',
    yaml: ofA('deadlineMs: 5'),
    path: 'spec.deadlineMs',
    says: 'should be greater than or equal to 10',
  },
  {
    name: 'a deadline after which nobody waits',
    yaml: ofA('deadlineMs: 60000'),
    path: 'spec.deadlineMs',
    says: 'should be less than or equal to 30000',
  },
  {
    name: 'coverage in percent',
    yaml: ofA('minimumCoverage: 30'),
    path: 'spec.minimumCoverage',
    says: 'should be less than or equal to 1',
  },
  {
    name: 'a fusion there is not',
    yaml: ofA('fusion: { kind: average }'),
    path: 'spec.fusion.kind',
    says: 'supported values: "weighted-sum", "reciprocal-rank", "max", "sum"',
  },
  {
    name: 'a sum whose parts are weighed',
    yaml: ofA('fusion: { kind: sum }, variants: [{ name: b, percent: 10, weights: { a: 2 } }]'),
    path: 'spec.fusion.kind',
    says: 'a sum adds every part as it is: leave out variants and weightSets',
  },
  {
    name: 'a k over its own limit',
    yaml: ofA('k: { default: 20, max: 10 }'),
    path: 'spec.k.default',
    says: 'k.default must not be over k.max',
  },
  {
    name: 'an answer of no items',
    yaml: ofA('k: { default: 0 }'),
    path: 'spec.k.default',
    says: 'should be greater than or equal to 1',
  },
  {
    name: 'variants for more than everybody',
    yaml: ofA('variants: [{ name: b, percent: 60, weights: {} }, { name: c, percent: 50, weights: {} }]'),
    path: 'spec.variants',
    says: "the variants' percents add up to more than 100; make them 100 or less",
  },
  {
    name: 'two variants of one name',
    yaml: ofA('variants: [{ name: b, percent: 5, weights: {} }, { name: b, percent: 5, weights: {} }]'),
    path: 'spec.variants',
    says: 'two variants have one name; rename one',
  },
  {
    name: 'two weight sets of one name',
    yaml: ofA('weightSets: [{ name: new, weights: {} }, { name: new, minHistory: 3, weights: {} }]'),
    path: 'spec.weightSets',
    says: 'two weight sets have one name; rename one',
  },
  {
    name: 'a weight set for histories of 5 to 2',
    yaml: ofA('weightSets: [{ name: new, minHistory: 5, maxHistory: 2, weights: {} }]'),
    path: 'spec.weightSets[0].maxHistory',
    says: 'maxHistory must not be under minHistory',
  },
  {
    name: 'a film pinned and buried',
    yaml: ofA('rules: { pin: [alien], bury: [alien] }'),
    path: 'spec.rules.bury',
    says: 'an item cannot be both pinned and buried',
  },
  {
    name: 'years that end before they begin',
    yaml: ofA('rules: { filters: { yearFrom: 2000, yearTo: 1990 } }'),
    path: 'spec.rules.filters.yearFrom',
    says: 'yearFrom must not be after yearTo',
  },
  {
    name: 'a genre wanted and left out',
    yaml: ofA('rules: { filters: { genres: [Horror], withoutGenres: [Horror] } }'),
    path: 'spec.rules.filters.withoutGenres',
    says: 'a genre cannot be both wanted and left out',
  },
  {
    name: 'a fallback there is not',
    yaml: ofA('fallback: [random]'),
    path: 'spec.fallback[0]',
    says: 'supported values: "last-good", "popular"',
  },
  {
    name: 'the same fallback twice',
    yaml: ofA('fallback: [popular, popular]'),
    path: 'spec.fallback',
    says: 'a source is named twice; name each once',
  },
];

export const badResources: readonly BadResource[] = [...badScorers, ...badRecommenders];
