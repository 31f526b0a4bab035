import { controlKeys, type Names } from '../../contract/topology.ts';

/**
 * What each user may do on the broker: no more than its role does. `docs/security.md` says why, line by line.
 *
 * RabbitMQ asks for *configure* to declare and delete, *write* to publish to an exchange and to bind a queue, *read* to
 * consume and to bind from an exchange. Each is a regular expression over names.
 */
export interface Permissions {
  configure: string;
  write: string;
  read: string;
  /** On the control exchange, by routing key; null: as the permissions above say. */
  control: { write: string; read: string } | null;
}

const nothing = '^$';
const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
/** Matches exactly these names. */
const oneOf = (...patterns: readonly string[]): string => `^(${patterns.join('|')})$`;
const keys = (...those: readonly string[]): string => oneOf(...those.map(escaped));

/** Queues of processes: all begin with the role, moved ones end with `.g` and a number. */
const processQueues = (names: Names, role: string): string => `${escaped(names.prefix)}\\.${role}\\..+`;
const exchanges = (names: Names, ...which: readonly (keyof Names['exchange'])[]): string[] =>
  which.map((one) => escaped(names.exchange[one]));

/** Asks scorers and aggregators, takes accepted work in, hears answers and control messages. */
export const gatewayPermissions = (names: Names): Permissions => {
  const own = processQueues(names, 'gateway');
  const { aggregator, plans, plansWanted, fleet, forgotten, demand } = controlKeys;
  return {
    configure: oneOf(own),
    write: oneOf(own, ...exchanges(names, 'scatter', 'intake', 'control', 'deadLetter')),
    read: oneOf(own, ...exchanges(names, 'replies', 'control')),
    control: { write: keys(plansWanted, forgotten, demand), read: keys(aggregator, plans, fleet, forgotten) },
  };
};

/** Gathers, answers, brings accepted work to its end, makes dead letters visible. */
export const aggregatorPermissions = (names: Names): Permissions => {
  const own = processQueues(names, 'aggregator');
  const { aggregator, plans, plansWanted, forgotten, demand } = controlKeys;
  return {
    configure: oneOf(own),
    write: oneOf(own, ...exchanges(names, 'scatter', 'results', 'replies', 'control', 'deadLetter')),
    read: oneOf(
      own,
      ...exchanges(names, 'scatter', 'results', 'control'),
      ...[names.intake, names.dead.intake, names.dead.scoring].map(escaped),
    ),
    control: { write: keys(aggregator, plansWanted, demand), read: keys(plans, forgotten) },
  };
};

/** Publishes plans and fleet; whatever it declares, it declares over the management API as another user. */
export const operatorPermissions = (names: Names): Permissions => {
  const own = processQueues(names, 'operator');
  const { plans, plansWanted, fleet, demand } = controlKeys;
  return {
    configure: oneOf(own),
    write: oneOf(own, ...exchanges(names, 'control')),
    read: oneOf(own, ...exchanges(names, 'control')),
    control: { write: keys(plans, fleet), read: keys(plansWanted, demand) },
  };
};

/** Reads its own queues, publishes partials, sets aside what is malformed, puts work back into its own durable queue. */
export const scorerPermissions = (names: Names, criterion: string): Permissions => ({
  configure: nothing,
  write: oneOf(...exchanges(names, 'results', 'deadLetter'), escaped(names.again(criterion))),
  read: oneOf(
    `${escaped(names.scorer(criterion, 'interactive', 0))}(\\.g[0-9]+)?`,
    escaped(names.scorer(criterion, 'durable', 0)),
  ),
  control: null,
});
