import { isDeepStrictEqual } from 'node:util';
import type { Fleet, PlansMessage } from '../contract/control.ts';
import type { Plan } from '../contract/plan.ts';
import { resolvePlan } from '../contract/resolve-plan.ts';
import { criterionOf } from '../contract/resources.ts';
import { type Finding, toConditions } from './conditions/condition.ts';
import { recommenderPublished, recommenderReady } from './conditions/recommender-ready.ts';
import { createFleetView } from './fleet.ts';
import { NotLeadingError } from './kube/errors.ts';
import { kinds } from './kube/kinds.ts';
import type { KubeObject } from './kube/object.ts';
import { type HeldPlans, nextPlans } from './next-plans.ts';
import type { Parts } from './parts.ts';
import { buildPlansConfigMap, plansConfigMapName, readPlansConfigMap } from './resources/plans-config-map.ts';
import type { ScorerObject } from './resources/scorer-object.ts';
import { criterionIn, listScorers, readRecommender } from './scorer-list.ts';
import { conditionsOf } from './scorer-status.ts';

/** Where plans and the size of the fleet are published. */
export interface PlanLink {
  publish(plans: PlansMessage, fleet: Fleet): Promise<void>;
  publishFleet(fleet: Fleet): Promise<void>;
  /** Why nothing can be published; null: nothing is known of any trouble. */
  trouble(): string | null;
  /** There is a connection at this moment. */
  connected(): boolean;
  /** The first attempt to connect is still under way: nothing is known yet. */
  connecting(): boolean;
}

interface Resolved {
  object: KubeObject;
  plan: Plan | null;
  problems: readonly string[];
}

/** What plans are made from. */
const planned = ['recommenders', 'scorers'] as const;

const working = ({ object }: ScorerObject): boolean => object.metadata.deletionTimestamp === undefined;

/** One plan for each Recommender, without versions; the generations of the queues are those the Scorers have. */
const resolveAll = (
  parts: Pick<Parts, 'generationOf'>,
  recommenders: readonly KubeObject[],
  scorers: readonly ScorerObject[],
): Resolved[] => {
  const generations = new Map(scorers.map((one) => [criterionOf(one.resource), parts.generationOf(one.object)]));
  const resources = scorers.map((one) => one.resource);
  return recommenders.map((object) => {
    const parsed = readRecommender(object);
    if (!parsed.ok) return { object, plan: null, problems: [parsed.fault] };
    const { plan, problems } = resolvePlan(parsed.resource, resources, 0);
    if (plan === null) return { object, plan, problems };
    const criteria = plan.criteria.map((one) => ({ ...one, generation: generations.get(one.criterion) ?? 0 }));
    return { object, plan: { ...plan, criteria }, problems };
  });
};

/**
 * Criteria that a kept plan asks and no Scorer judges by any more have nobody: they are not waited for until the deadline.
 * Of a Scorer that can't be read nothing is said: its processes go on.
 */
const withAbsent = (fleet: Fleet, plans: readonly Plan[], unreadable: readonly KubeObject[]): Fleet => {
  const told = new Set([...fleet.criteria.map(({ criterion }) => criterion), ...unreadable.map(criterionIn)]);
  const asked = new Set(plans.flatMap((plan) => plan.criteria.map(({ criterion }) => criterion)));
  const absent = [...asked].filter((criterion) => !told.has(criterion));
  return { criteria: [...fleet.criteria, ...absent.map((criterion) => ({ criterion, replicas: 0, concurrency: 1 }))] };
};

interface RecommenderStatus {
  planVersion?: number;
}

/** A Recommender that is there and of which no plan can be made keeps its last: better an old answer than none. */
const lastOf = ({ plans }: HeldPlans, { metadata }: KubeObject): Plan | undefined =>
  plans.find(({ recommender }) => recommender === metadata.name);

/**
 * Plans kept of Recommenders that are not in view and exist all the same: a view may lag where another led until now. To
 * drop a plan takes a recommender away from everybody, so the API server is asked first.
 */
const notSeenYet = async ({ kube, world }: Parts, { plans }: HeldPlans): Promise<Plan[]> => {
  const seen = new Set(world.all('recommenders').map(({ metadata }) => metadata.name));
  const kept: Plan[] = [];
  for (const plan of plans) {
    if (seen.has(plan.recommender)) continue;
    const live = await kube.get(kinds.recommender, plan.recommender);
    if (live !== null && live.metadata.deletionTimestamp === undefined) kept.push(plan);
  }
  return kept;
};

const highestNoted = (recommenders: readonly KubeObject[]): number =>
  Math.max(0, ...recommenders.map((one) => (one.status as RecommenderStatus | undefined)?.planVersion ?? 0));

/** Recommenders → plans: kept in the ConfigMap first, then published, then told in the status. */
export const createPlansReconciler = (parts: Parts, link: PlanLink) => {
  const { kube, world, settings, clock, metrics } = parts;
  const fleetView = createFleetView(parts, link);
  let held: HeldPlans | null = null;
  let published: { plans: PlansMessage; fleet: Fleet } | null = null;
  /** One more with each time that another led. */
  let term = 0;

  const showVersions = (before: readonly Plan[], inForce: ReadonlyMap<string, Plan>): void => {
    for (const { recommender } of before) {
      if (!inForce.has(recommender)) metrics.remove('medley_operator_plan_version', { recommender });
    }
    for (const [recommender, { version }] of inForce) {
      metrics.gauge('medley_operator_plan_version', { recommender }, version);
    }
  };

  /** A process that just started has yet to connect: what the last one said of publishing is left until then. */
  const publishedFor = (object: KubeObject): Finding => {
    const before = conditionsOf(object).find(({ type }) => type === 'Published');
    return link.connecting() && before !== undefined ? before : recommenderPublished(link.trouble());
  };

  const writeStatus = async ({ object, plan: resolved, problems }: Resolved, inForce: Plan | null): Promise<void> => {
    const { apiVersion, kind, metadata } = object;
    const generation = metadata.generation ?? 0;
    const instant = new Date(clock.nowMs()).toISOString().replace(/\.\d+Z$/, 'Z');
    const findings = [recommenderReady({ resolved, inForce, problems }), publishedFor(object)];
    const status = {
      observedGeneration: generation,
      ...(inForce === null ? {} : { planVersion: inForce.version, criteria: inForce.criteria.length }),
      conditions: toConditions(findings, conditionsOf(object), { generation, instant }),
    };
    if (isDeepStrictEqual(object.status, JSON.parse(JSON.stringify(status)))) return;
    const [ready] = findings;
    const before = conditionsOf(object).find((one) => one.type === 'Ready');
    if (ready !== undefined && before?.message !== ready.message) {
      const type = ready.status === 'True' ? 'Normal' : 'Warning';
      parts.events.tell(object, { type, reason: ready.reason, message: ready.message });
    }
    const written = await kube.apply(
      { apiVersion, kind, metadata: { name: metadata.name }, status },
      { manager: 'medley-status', subresource: 'status' },
    );
    world.note('recommenders', written);
  };

  const publish = async (plans: PlansMessage, fleet: Fleet): Promise<void> => {
    const samePlans = isDeepStrictEqual(published?.plans, plans);
    if (samePlans && isDeepStrictEqual(published?.fleet, fleet)) return;
    published = { plans, fleet };
    if (samePlans) await link.publishFleet(fleet);
    else await link.publish(plans, fleet);
  };

  const read = async (): Promise<HeldPlans> => readPlansConfigMap(await kube.get(kinds.configMap, plansConfigMapName));

  return {
    /** The plans in force; none while another leads. */
    current: (): readonly Plan[] => held?.plans ?? [],
    /** To be called often: the broker may be gone for a second only. */
    lookAtLink: fleetView.look,
    /** Another led meanwhile: what it kept is read again, and all is told anew. */
    forget() {
      term += 1;
      held = null;
      published = null;
    },
    async reconcile(): Promise<void> {
      const begun = term;
      // What a view that lags would make of them would be told as newer than what the last leader told.
      if (held === null) await Promise.all(planned.map((view) => world.refresh(view)));
      const { usable, unreadable } = listScorers(world.all('scorers'));
      const scorers = usable.filter(working);
      const recommenders = world.all('recommenders').filter((one) => one.metadata.deletionTimestamp === undefined);
      const resolved = resolveAll(parts, recommenders, scorers);
      const known: HeldPlans = held ?? (await read());
      const highestVersion = Math.max(known.highestVersion, highestNoted(recommenders));
      const wanted = resolved.flatMap(({ object, plan }) => plan ?? lastOf(known, object) ?? []);
      wanted.push(...(await notSeenYet(parts, known)));
      const next = nextPlans(wanted, { ...known, highestVersion }, clock.nowMs());
      const map = buildPlansConfigMap({
        ...{ plans: next.plans, highestVersion: next.highestVersion, instance: settings.instance },
        scorers: scorers.map((one) => one.resource),
      });
      const { object, written } = await parts.putRight(map, world.get('plans', plansConfigMapName));
      if (written) world.note('plans', object);
      // What a former leader says would be repeated for ever beside what the new one says.
      if (term !== begun) throw new NotLeadingError('another may lead by now, these plans are not published');
      held = next;
      const fleet = withAbsent(fleetView.of(scorers), next.plans, unreadable);
      const holdsForMs = fleetView.holdsForMs();
      if (holdsForMs > 0) parts.queue.addAfter('plans/all', holdsForMs);
      await publish({ plans: [...next.plans], setVersion: next.highestVersion }, fleet);
      const inForce = new Map(next.plans.map((plan) => [plan.recommender, plan]));
      showVersions(known.plans, inForce);
      for (const one of resolved) await writeStatus(one, inForce.get(one.object.metadata.name) ?? null);
    },
  };
};
