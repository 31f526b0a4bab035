/** What the operator gives every scorer it makes; from its environment, fixed for its life. */
export interface ScorerSettings {
  namespace: string;
  /** The release, for labels. */
  instance: string;
  /** Medley's own image, for the criteria shipped with it. */
  image: string;
  imagePullPolicy: string;
  prefix: string;
  /** The gateway's internal address; null: scorers get no models. */
  modelsUrl: string | null;
  /** How long a scorer that is told to stop may finish what it holds, ms. */
  drainMs: number;
  logLevel: string;
  /** Variables that say where spans go and how many; none: no traces. */
  tracing: Readonly<Record<string, string>>;
  /** Where KEDA reads the operator's series; null: mode `keda` can't be had. */
  prometheusUrl: string | null;
}

/** The port of health and metrics in every scorer of Medley's own image. */
export const opsPort = 8081;
