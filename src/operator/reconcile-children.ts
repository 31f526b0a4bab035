import type { BrokerAccess } from './broker-account.ts';
import { viewDeployment } from './conditions/scorer-ready.ts';
import { kindOf } from './kube/kinds.ts';
import type { KubeObject } from './kube/object.ts';
import type { Parts } from './parts.ts';
import { hashOf } from './put-right.ts';
import { buildBrokerSecret } from './resources/broker-secret.ts';
import { buildDeployment, firstCountAnnotation } from './resources/deployment.ts';
import { buildHorizontalPodAutoscaler } from './resources/hpa.ts';
import { buildPodDisruptionBudget } from './resources/pod-disruption-budget.ts';
import { buildPodMonitor } from './resources/pod-monitor.ts';
import { buildScaledObject } from './resources/scaled-object.ts';
import { childName, type ScorerObject } from './resources/scorer-object.ts';
import { buildServiceAccount } from './resources/service-account.ts';
import type { View } from './world.ts';

/** Whoever scales writes under this name, so that no apply of the rest takes the count away. */
export const scaleManager = 'medley-autoscaler';

/** Sets the count of a Deployment, and only that. The answer is a `Scale`: the Deployment follows by the watch. */
export const scale = async (parts: Parts, name: string, replicas: number): Promise<void> => {
  const { namespace } = parts.settings;
  const object = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name, namespace }, spec: { replicas } };
  await parts.kube.apply(object, { manager: scaleManager, subresource: 'scale' });
};

const put = async (parts: Parts, view: View, wanted: KubeObject): Promise<boolean> => {
  const { object, written } = await parts.putRight(wanted, parts.world.get(view, wanted.metadata.name));
  if (written) parts.world.note(view, object);
  return written;
};

/** How many processes a Scorer begins with. */
const firstCount = ({ resource }: ScorerObject): number =>
  resource.spec.replicas ?? resource.spec.autoscaling.minReplicas;

/** Makes the Deployment, or puts it right; the count is given once and from then on belongs to whoever scales. */
const putDeployment = async (
  parts: Parts,
  scorer: ScorerObject,
  given: { generation: number; brokerRevision: string },
): Promise<void> => {
  const { world, events, settings, broker } = parts;
  const name = childName(scorer);
  const live = world.get('deployments', name);
  const options = { ...given, settings, declare: !broker.declares };
  if (live !== undefined) {
    // Somebody ended between the first apply and this one.
    if (live.metadata.annotations?.[firstCountAnnotation] !== undefined) {
      await scale(parts, name, viewDeployment(live).wanted);
    }
    const written = await put(parts, 'deployments', buildDeployment(scorer, options));
    if (written) {
      const message = `Deployment ${name} was put as the Scorer wants it`;
      events.tell(scorer.object, { type: 'Normal', reason: 'DeploymentApplied', message });
    }
    return;
  }
  const replicas = firstCount(scorer);
  const first = await parts.putRight(buildDeployment(scorer, { ...options, replicas }), undefined);
  // An apply that leaves the count out would reset it to 1 if nobody else owned it by then.
  await scale(parts, name, replicas);
  const { object } = await parts.putRight(buildDeployment(scorer, options), first.object);
  world.note('deployments', object);
  const message = `Deployment ${name} was made with ${replicas} replicas`;
  events.tell(scorer.object, { type: 'Normal', reason: 'DeploymentCreated', message });
};

const scaledObjectOf = (parts: Parts, scorer: ScorerObject): KubeObject | null => {
  const { instance, namespace, prometheusUrl } = parts.settings;
  return prometheusUrl === null ? null : buildScaledObject(scorer, { instance, namespace, prometheusUrl });
};

/** KEDA names its own autoscaler like ours, and copies our labels: only what the Scorer owns is taken away. */
const putOrRemove = async (
  parts: Parts,
  view: View,
  scorer: ScorerObject,
  wanted: KubeObject | null,
): Promise<void> => {
  if (!parts.world.has(view)) return;
  if (wanted !== null) {
    await put(parts, view, wanted);
    return;
  }
  const live = parts.world.get(view, childName(scorer));
  const owned = live?.metadata.ownerReferences?.some(({ uid }) => uid === scorer.object.metadata.uid) ?? false;
  if (live === undefined || !owned || live.metadata.deletionTimestamp !== undefined) return;
  await parts.kube.remove(kindOf(live), live.metadata.name);
};

/** Everything a Scorer is made of on Kubernetes, put right where it is not as wanted. */
export const putChildren = async (
  parts: Parts,
  scorer: ScorerObject,
  given: { generation: number; access: BrokerAccess },
): Promise<void> => {
  const { instance } = parts.settings;
  await put(parts, 'serviceAccounts', buildServiceAccount(scorer, instance));
  await put(parts, 'secrets', buildBrokerSecret(scorer, instance, given.access));
  await putDeployment(parts, scorer, { generation: given.generation, brokerRevision: hashOf(given.access) });
  await put(parts, 'budgets', buildPodDisruptionBudget(scorer, instance));
  if (parts.world.has('podMonitors')) await put(parts, 'podMonitors', buildPodMonitor(scorer, instance));
  await putOrRemove(parts, 'horizontalPodAutoscalers', scorer, buildHorizontalPodAutoscaler(scorer, instance));
  await putOrRemove(parts, 'scaledObjects', scorer, scaledObjectOf(parts, scorer));
};

/** Takes the processes of a Scorer away that must not work: another one judges by its criterion. */
export const removeDeployment = async (parts: Parts, scorer: KubeObject): Promise<void> => {
  const live = parts.world.get('deployments', `scorer-${scorer.metadata.name}`);
  if (live === undefined || live.metadata.deletionTimestamp !== undefined) return;
  await parts.kube.remove(kindOf(live), live.metadata.name);
};
