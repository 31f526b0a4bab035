import { randomBytes } from 'node:crypto';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { createAccess, installationOf } from '../operator/kube/access.ts';
import { createKubeClient } from '../operator/kube/client.ts';
import { type Kind, kinds } from '../operator/kube/kinds.ts';
import type { Kube } from '../operator/kube/port.ts';
import { systemClock } from '../runtime/clock.ts';
import { jsonText } from '../runtime/env.ts';
import { noMetrics } from '../runtime/metrics.ts';
import { makeSecrets } from './make-secrets.ts';
import { prefix, wholeNumber } from './option-parsers.ts';
import type { CommandContext } from './program.ts';
import { type StripFlags, strip } from './strip.ts';

const wantedSchema = jsonText(z.record(z.string().min(1), z.array(z.string().min(1)).min(1)));

const secretsToMake = (text: string): Readonly<Record<string, readonly string[]>> => {
  const parsed = wantedSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError('give JSON: the keys by name of the Secret, such as {"broker":["password"]}');
};

/** What a release leaves beside what Helm knows of. */
const removable: Readonly<Record<string, Kind>> = {
  configmap: kinds.configMap,
  lease: kinds.lease,
  secret: kinds.secret,
};

const collectObjects = (text: string, all: readonly [Kind, string][] = []): readonly [Kind, string][] => {
  const [word = '', name = ''] = text.split('/');
  const kind = Object.hasOwn(removable, word) ? removable[word] : undefined;
  if (kind === undefined || name === '')
    throw new InvalidArgumentError(`give KIND/NAME, where KIND is ${Object.keys(removable).join(', ')}`);
  return [...all, [kind, name]];
};

const kubeIn = (namespace: string): Kube =>
  createKubeClient({ access: createAccess(systemClock), namespace, metrics: noMetrics });

/** `medley cluster secrets`, `strip` and `clean`: what the chart's Jobs do, as the account they run under may. */
export const addCluster = (program: Command, { terminal }: CommandContext): void => {
  const group = program
    .command('cluster')
    .description("what the chart's Jobs do on a cluster (KUBECONFIG, or in a pod)");
  group
    .command('secrets')
    .description('make the Secrets of a release that are missing; what is there is never overwritten')
    .requiredOption('--make <json>', 'the keys by name of the Secret', secretsToMake)
    .requiredOption('--namespace <name>', 'where')
    .option('--instance <release>', 'the release they belong to', 'medley')
    .action((options: { make: ReturnType<typeof secretsToMake>; namespace: string; instance: string }) =>
      makeSecrets({
        kube: kubeIn(options.namespace),
        wanted: options.make,
        instance: options.instance,
        createPassword: () => randomBytes(24).toString('hex'),
        say: terminal.say,
      }),
    );
  group
    .command('strip')
    .description('take the finalizers of Scorers away before their operator goes; ends with code 0, whatever is left')
    .requiredOption('--namespace <name>', 'where')
    .option('--broker-objects', 'also delete what it has on the broker, with all messages', false)
    .addOption(new Option('--management-url <url>', "RabbitMQ's management API").env('MEDLEY_MANAGEMENT_URL'))
    .addOption(new Option('--amqp-url <url>', 'its address, which names the virtual host').env('MEDLEY_AMQP_URL'))
    .option('--vhost <name>', 'the virtual host, where no address is given')
    .addOption(new Option('--prefix <name>', 'before every name on the broker').argParser(prefix).default('medley'))
    .option('--shared-user', 'its processes share one user, so there are none to delete', false)
    .option('--within-seconds <n>', 'how long it may take', wholeNumber(1, 600), 20)
    .action((flags: Omit<StripFlags, 'owner'>) =>
      strip(
        { ...flags, owner: installationOf(createAccess(systemClock), flags.namespace) },
        { kube: kubeIn(flags.namespace), clock: systemClock, say: terminal.say },
      ),
    );
  group
    .command('clean')
    .description('remove objects that a release made beside Helm')
    .argument('<kind/name...>', `what: ${Object.keys(removable).join(', ')}`, collectObjects)
    .requiredOption('--namespace <name>', 'where')
    .action(async (objects: ReturnType<typeof collectObjects>, { namespace }: { namespace: string }) => {
      const kube = kubeIn(namespace);
      for (const [kind, name] of objects)
        terminal.say(`${kind.kind} ${name}: ${(await kube.remove(kind, name)) ? 'removed' : 'was not there'}`);
    });
};
