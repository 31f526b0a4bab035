/** Says how long something took, for whoever reads what the tests wrote. */
export const tellSeconds = (what: string, seconds: number): void =>
  void process.stderr.write(`${what}: ${seconds.toFixed(1)} s\n`);
