/** What can go wrong on RabbitMQ's management API, each with a sentence fit for a condition: what, where, how to mend it. */

/** No answer, or one that blames the broker itself. Blast radius: this attempt; trying again may help. */
export class BrokerUnreachableError extends Error {
  override readonly name = 'BrokerUnreachableError';
}

/** Wrong user or password, or a right that is missing. Blast radius: until a person mends it. */
export class BrokerRefusedError extends Error {
  override readonly name = 'BrokerRefusedError';
}

/** Something exists under this name and is otherwise, which RabbitMQ never changes in place. Blast radius: that one object. */
export class BrokerConflictError extends Error {
  override readonly name = 'BrokerConflictError';
}

/** Fewer nodes run than the cluster has, so that a new quorum queue would get too few members. It passes. */
export class BrokerNotWholeError extends Error {
  override readonly name = 'BrokerNotWholeError';
}
