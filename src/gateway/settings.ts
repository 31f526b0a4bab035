/** How one gateway is set; every value has a default that suits a small machine. */
export interface GatewaySettings {
  host: string;
  /** 0: any free one. */
  port: number;
  /** Models, metrics and health, for the cluster alone. */
  internalHost: string;
  internalPort: number;
  /** How long after its deadline a request's answer may still arrive before the gateway answers itself, ms. */
  graceMs: number;
  /** Requests open at once. */
  maxOpen: number;
  lastGood: { subjects: number; items: number; maxAgeMs: number };
  popular: { limit: number; halfLifeMs: number; refreshMs: number };
  /** How long a gateway that was told to stop serves on, so that load balancers hear that it is not ready any more, ms. */
  leaveMs: number;
  /** How long a stop waits for open requests, ms. */
  drainMs: number;
}

const hourMs = 3_600_000;

export const defaultSettings: GatewaySettings = {
  host: '127.0.0.1',
  port: 8080,
  internalHost: '127.0.0.1',
  internalPort: 8081,
  graceMs: 25,
  maxOpen: 10_000,
  lastGood: { subjects: 10_000, items: 200_000, maxAgeMs: hourMs },
  popular: { limit: 5_000, halfLifeMs: 90 * 24 * hourMs, refreshMs: 60_000 },
  leaveMs: 0,
  drainMs: 20_000,
};
