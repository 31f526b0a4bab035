/**
 * Keeps the best `capacity` of the indices offered to it: a binary heap on typed arrays, reused from call to call.
 *
 * Equal keys: the smaller index is better, whatever the order of the offers. An offer below the worst one kept costs
 * one comparison, so choosing N of M costs about M + N · log N · log(M / N).
 */
export class TopSelection {
  size = 0;
  private capacity: number;
  /** The root, at 0, is the worst one kept. */
  private readonly keys: Float64Array;
  readonly indices: Int32Array;

  constructor(maximum: number) {
    this.capacity = maximum;
    this.keys = new Float64Array(maximum);
    this.indices = new Int32Array(maximum);
  }

  reset(capacity: number): void {
    this.capacity = Math.min(capacity, this.keys.length);
    this.size = 0;
  }

  /** What an offer must beat; below everything while there is room. */
  get bar(): number {
    if (this.size < this.capacity) return Number.NEGATIVE_INFINITY;
    return this.capacity === 0 ? Number.POSITIVE_INFINITY : (this.keys[0] as number);
  }

  offer(index: number, key: number): void {
    if (this.size < this.capacity) {
      this.rise(this.size++, index, key);
    } else if (this.capacity > 0 && this.isWorse(this.keys[0] as number, this.indices[0] as number, index, key)) {
      this.sink(index, key);
    }
  }

  /** Sorts what was kept, best first, into `indices[0 … size - 1]`; the next call must be `reset`. Returns the worst key kept. */
  finish(): number {
    const kept = this.size;
    const worst = this.keys[0] as number;
    while (this.size > 1) {
      const index = this.indices[0] as number;
      this.size--;
      this.sink(this.indices[this.size] as number, this.keys[this.size] as number);
      this.indices[this.size] = index;
    }
    this.size = kept;
    return worst;
  }

  private isWorse(aKey: number, aIndex: number, bIndex: number, bKey: number): boolean {
    return aKey < bKey || (aKey === bKey && aIndex > bIndex);
  }

  private place(at: number, index: number, key: number): void {
    this.indices[at] = index;
    this.keys[at] = key;
  }

  private rise(from: number, index: number, key: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.isWorse(key, index, this.indices[parent] as number, this.keys[parent] as number)) break;
      this.place(at, this.indices[parent] as number, this.keys[parent] as number);
      at = parent;
    }
    this.place(at, index, key);
  }

  private sink(index: number, key: number): void {
    let at = 0;
    for (let child = 1; child < this.size; child = 2 * at + 1) {
      const right = child + 1;
      const rightIsWorse = right < this.size && this.isOrdered(right, child);
      const worst = rightIsWorse ? right : child;
      if (!this.isWorse(this.keys[worst] as number, this.indices[worst] as number, index, key)) break;
      this.place(at, this.indices[worst] as number, this.keys[worst] as number);
      at = worst;
    }
    this.place(at, index, key);
  }

  private isOrdered(a: number, b: number): boolean {
    return this.isWorse(
      this.keys[a] as number,
      this.indices[a] as number,
      this.indices[b] as number,
      this.keys[b] as number,
    );
  }
}
