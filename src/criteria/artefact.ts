/**
 * A fitted model as one self-describing block of bytes.
 *
 * Layout, little-endian: `MEDL`, format version (u32), length of the JSON header in bytes (u32), four zero bytes, the
 * header, then the columns, each starting on a multiple of 8. The header names every column with its type, length and
 * offset. Numeric columns are read as views on the given bytes, shared memory included, so that threads of one scorer
 * hold one copy. The same content always gives the same bytes. What was altered in transit is the business of the
 * SHA-256 published beside it; decoding catches what is cut short or of another kind.
 */
const magic = 0x4c44454d;
const formatVersion = 1;
const prefixBytes = 16;

export interface ColumnTypes {
  uint8: Uint8Array;
  int32: Int32Array;
  float32: Float32Array;
  float64: Float64Array;
}
type ColumnType = keyof ColumnTypes;
const constructors = { uint8: Uint8Array, int32: Int32Array, float32: Float32Array, float64: Float64Array } as const;

interface ColumnHeader {
  name: string;
  type: ColumnType | 'text';
  /** Elements, or strings. */
  length: number;
  /** From the end of the header, bytes. */
  offset: number;
  bytes: number;
}

interface Header {
  kind: string;
  meta: Readonly<Record<string, number>>;
  /** Of all columns together, bytes. */
  bytes: number;
  columns: readonly ColumnHeader[];
}

export interface ArtefactContent {
  meta?: Readonly<Record<string, number>>;
  columns: Readonly<Record<string, ColumnTypes[ColumnType] | readonly string[]>>;
}

export interface Artefact {
  kind: string;
  meta: Readonly<Record<string, number>>;
  /** @throws ArtefactError when there is no such column of this type */
  column<Type extends ColumnType>(name: string, type: Type): ColumnTypes[Type];
  texts(name: string): readonly string[];
}

/** Bytes that are not the model asked for. Blast radius: this version; a scorer keeps the model it has. */
export class ArtefactError extends Error {
  override readonly name = 'ArtefactError';
}

const aligned = (bytes: number): number => Math.ceil(bytes / 8) * 8;

const typeOf = (column: ColumnTypes[ColumnType]): ColumnType => {
  if (column instanceof Float64Array) return 'float64';
  if (column instanceof Float32Array) return 'float32';
  return column instanceof Int32Array ? 'int32' : 'uint8';
};

const bytesOf = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

export const encodeArtefact = (kind: string, content: ArtefactContent): Uint8Array<ArrayBuffer> => {
  const text = new TextEncoder();
  const columns: ColumnHeader[] = [];
  const blobs: Uint8Array[] = [];
  let offset = 0;
  for (const [name, column] of Object.entries(content.columns)) {
    const isText = Array.isArray(column);
    const blob = isText ? text.encode(JSON.stringify(column)) : bytesOf(column as ArrayBufferView);
    const type = isText ? 'text' : typeOf(column as ColumnTypes[ColumnType]);
    columns.push({ name, type, length: column.length, offset, bytes: blob.byteLength });
    blobs.push(blob);
    offset += aligned(blob.byteLength);
  }
  const header = text.encode(
    JSON.stringify({ kind, meta: content.meta ?? {}, bytes: offset, columns } satisfies Header),
  );
  const start = prefixBytes + aligned(header.byteLength);
  const bytes = new Uint8Array(start + offset);
  const prefix = new DataView(bytes.buffer);
  prefix.setUint32(0, magic, true);
  prefix.setUint32(4, formatVersion, true);
  prefix.setUint32(8, header.byteLength, true);
  bytes.set(header, prefixBytes);
  for (const [position, blob] of blobs.entries()) bytes.set(blob, start + (columns[position]?.offset ?? 0));
  return bytes;
};

/** A copy, since the decoder of the platform takes no shared memory. */
const decodeText = (bytes: Uint8Array): string => new TextDecoder().decode(Uint8Array.from(bytes));

const readHeader = (bytes: Uint8Array, kind: string): { header: Header; start: number } => {
  if (bytes.byteLength < prefixBytes) throw new ArtefactError(`${kind}: ${bytes.byteLength} bytes are no model`);
  const prefix = new DataView(bytes.buffer, bytes.byteOffset, prefixBytes);
  if (prefix.getUint32(0, true) !== magic) throw new ArtefactError(`${kind}: the bytes do not begin as a model does`);
  const version = prefix.getUint32(4, true);
  if (version !== formatVersion) {
    throw new ArtefactError(`${kind}: format version ${version}, this release reads ${formatVersion}; train again`);
  }
  const headerBytes = prefix.getUint32(8, true);
  const start = prefixBytes + aligned(headerBytes);
  if (start > bytes.byteLength) throw new ArtefactError(`${kind}: cut short within its header`);
  let header: Header;
  try {
    header = JSON.parse(decodeText(bytes.subarray(prefixBytes, prefixBytes + headerBytes)));
  } catch (cause) {
    throw new ArtefactError(`${kind}: its header is not JSON`, { cause });
  }
  if (header.kind !== kind) throw new ArtefactError(`${kind}: the bytes are a model of kind ${header.kind}`);
  if (start + header.bytes > bytes.byteLength) {
    throw new ArtefactError(`${kind}: ${bytes.byteLength} bytes, ${start + header.bytes} were written: cut short`);
  }
  return { header, start };
};

/**
 * Reads a model of this kind; columns stay views on `bytes` where these begin on a multiple of 8 (else on one copy).
 *
 * @throws ArtefactError when the bytes are cut short, of another kind or of another format version
 */
export const decodeArtefact = (given: Uint8Array, kind: string): Artefact => {
  const bytes = given.byteOffset % 8 === 0 ? given : Uint8Array.from(given);
  const { header, start } = readHeader(bytes, kind);
  const find = (name: string, type: ColumnType | 'text'): ColumnHeader => {
    const column = header.columns.find((one) => one.name === name);
    if (column?.type === type && column.offset + column.bytes <= header.bytes) return column;
    throw new ArtefactError(`${kind}: it has no ${type} column named ${name}`);
  };
  return {
    kind,
    meta: header.meta,
    column(name, type) {
      const { offset, length } = find(name, type);
      const at = bytes.byteOffset + start + offset;
      return new constructors[type](bytes.buffer as ArrayBuffer, at, length) as ColumnTypes[typeof type];
    },
    texts(name) {
      const { offset, bytes: size } = find(name, 'text');
      return JSON.parse(decodeText(bytes.subarray(start + offset, start + offset + size))) as string[];
    },
  };
};
