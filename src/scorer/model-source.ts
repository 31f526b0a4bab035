/** Where model artefacts come from. */
export interface ModelVersion {
  version: string;
  bytes: Uint8Array;
}

export interface ModelSource {
  /**
   * The newest version of a model, or null when there is none newer than the one known (or none at all).
   *
   * @throws ModelUnavailableError when nobody could say; the caller keeps what it has and asks again later
   */
  latest(name: string, knownVersion: string | null): Promise<ModelVersion | null>;
}

/** The source did not answer, or what it sent was not whole. Blast radius: this look; the model in use stays. */
export class ModelUnavailableError extends Error {
  override readonly name = 'ModelUnavailableError';
}
