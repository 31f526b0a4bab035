import type { Plan } from '../../contract/plan.ts';
import type { Finding } from './condition.ts';

/** Whether a Recommender has a plan, and what is wrong with it. */
export const recommenderReady = (plan: Plan | null, problems: readonly string[]): Finding => {
  const message = problems.join('; ');
  if (plan === null) return { type: 'Ready', status: 'False', reason: 'NoPlan', message: message || 'it has no plan' };
  const asks = `plan ${plan.version} asks ${plan.criteria.map((one) => one.criterion).join(', ')}`;
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
