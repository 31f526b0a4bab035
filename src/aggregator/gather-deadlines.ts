/** What waits for an instant on the monotonic clock. `heapIndex` belongs to the heap; -1 while outside. */
export interface Due {
  readonly dueMs: number;
  heapIndex: number;
}

/**
 * What waits, the earliest first: a binary heap that can also drop from its middle, so that a request answered early
 * leaves nothing behind until its deadline.
 */
export interface Deadlines<T extends Due> {
  add(entry: T): void;
  /** Nothing happens where it is not in. */
  remove(entry: T): void;
  first(): T | undefined;
}

export const createDeadlines = <T extends Due>(): Deadlines<T> => {
  const heap: T[] = [];

  const place = (entry: T, index: number): void => {
    heap[index] = entry;
    entry.heapIndex = index;
  };
  const rise = (entry: T, from: number): void => {
    let index = from;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex] as T;
      if (parent.dueMs <= entry.dueMs) break;
      place(parent, index);
      index = parentIndex;
    }
    place(entry, index);
  };
  const earlierChild = (index: number): number => {
    const left = 2 * index + 1;
    const right = heap[left + 1];
    return right !== undefined && right.dueMs < (heap[left] as T).dueMs ? left + 1 : left;
  };
  const sink = (entry: T, from: number): void => {
    let index = from;
    for (let child = earlierChild(index); child < heap.length; child = earlierChild(index)) {
      if ((heap[child] as T).dueMs >= entry.dueMs) break;
      place(heap[child] as T, index);
      index = child;
    }
    place(entry, index);
  };

  return {
    add: (entry) => rise(entry, heap.length),
    remove(entry) {
      const index = entry.heapIndex;
      if (index < 0 || heap[index] !== entry) return;
      entry.heapIndex = -1;
      const last = heap.pop() as T;
      if (last === entry) return;
      sink(last, index);
      rise(last, last.heapIndex);
    },
    first: () => heap[0],
  };
};
