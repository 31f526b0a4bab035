import type { Plan } from '../../contract/plan.ts';
import type { Finding } from './condition.ts';

/** Whether a Recommender has a plan, and what is wrong with it. */
export const recommenderReady = (about: {
  /** Null: none can be made of it. */
  resolved: unknown;
  /** What is published: the last one that could be made, where none can be now. */
  inForce: Plan | null;
  problems: readonly string[];
}): Finding => {
  const { resolved, inForce, problems } = about;
  const message = problems.join('; ') || 'it has no plan';
  if (inForce === null) return { type: 'Ready', status: 'False', reason: 'NoPlan', message };
  const asks = `plan ${inForce.version} asks ${inForce.criteria.map((one) => one.criterion).join(', ')}`;
  if (resolved === null) {
    return { type: 'Ready', status: 'False', reason: 'NoPlan', message: `${message}; its last ${asks}` };
  }
  if (problems.length > 0) {
    return { type: 'Ready', status: 'False', reason: 'Faulty', message: `${message}; meanwhile ${asks}` };
  }
  return { type: 'Ready', status: 'True', reason: 'Planned', message: asks };
};

/** Whether gateways and aggregators could be told. */
export const recommenderPublished = (trouble: string | null): Finding =>
  trouble === null
    ? { type: 'Published', status: 'True', reason: 'Published', message: 'gateways and aggregators were told' }
    : { type: 'Published', status: 'False', reason: 'BrokerUnavailable', message: trouble };
