import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** A span as a collector receives it over OTLP/HTTP, as much of it as is looked at. */
export interface ReceivedSpan {
  service: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: number;
  beganMs: number;
  endedMs: number;
  attributes: Readonly<Record<string, string | number | boolean>>;
  isError: boolean;
}

/** Fields of a protobuf message by their numbers: https://protobuf.dev/programming-guides/encoding/ */
type Fields = Map<number, (Buffer | bigint)[]>;

const readVarint = (bytes: Buffer, from: number): { value: bigint; next: number } => {
  let value = 0n;
  let next = from;
  for (let shift = 0n; ; shift += 7n) {
    const byte = bytes[next] ?? 0;
    next += 1;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return { value, next };
  }
};

const readFields = (bytes: Buffer): Fields => {
  const fields: Fields = new Map();
  for (let at = 0; at < bytes.length; ) {
    const { value: tag, next } = readVarint(bytes, at);
    const number = Number(tag >> 3n);
    const wire = Number(tag & 7n);
    const values = fields.get(number) ?? [];
    fields.set(number, values);
    if (wire === 0) {
      const read = readVarint(bytes, next);
      values.push(read.value);
      at = read.next;
    } else if (wire === 2) {
      const { value: length, next: start } = readVarint(bytes, next);
      at = start + Number(length);
      values.push(bytes.subarray(start, at));
    } else {
      at = next + (wire === 1 ? 8 : 4);
      values.push(bytes.subarray(next, at));
    }
  }
  return fields;
};

const messages = (fields: Fields, number: number): Fields[] =>
  (fields.get(number) ?? []).map((one) => readFields(one as Buffer));
const bytesOf = (fields: Fields, number: number): Buffer => (fields.get(number)?.[0] as Buffer) ?? Buffer.alloc(0);

/** AnyValue of opentelemetry/proto/common/v1: 1 text, 2 flag, 3 whole number, 4 number. */
const anyValueOf = (value: Fields): string | number | boolean => {
  if (value.has(1)) return bytesOf(value, 1).toString();
  if (value.has(2)) return value.get(2)?.[0] === 1n;
  if (value.has(3)) return Number(BigInt.asIntN(64, value.get(3)?.[0] as bigint));
  return bytesOf(value, 4).readDoubleLE();
};
const attributesOf = (fields: Fields, number: number): ReceivedSpan['attributes'] =>
  Object.fromEntries(
    messages(fields, number).map((pair) => [bytesOf(pair, 1).toString(), anyValueOf(readFields(bytesOf(pair, 2)))]),
  );

const toSpan = (span: Fields, service: string): ReceivedSpan => ({
  service,
  traceId: bytesOf(span, 1).toString('hex'),
  spanId: bytesOf(span, 2).toString('hex'),
  parentSpanId: bytesOf(span, 4).toString('hex'),
  name: bytesOf(span, 5).toString(),
  kind: Number(span.get(6)?.[0] ?? 0),
  beganMs: Number(bytesOf(span, 7).readBigUInt64LE() / 1_000n) / 1_000,
  endedMs: Number(bytesOf(span, 8).readBigUInt64LE() / 1_000n) / 1_000,
  attributes: attributesOf(span, 9),
  isError: messages(span, 15).some((status) => status.get(3)?.[0] === 2n),
});

/** ExportTraceServiceRequest of opentelemetry/proto/collector/trace/v1. */
const spansIn = (body: Buffer): ReceivedSpan[] =>
  messages(readFields(body), 1).flatMap((ofResource) => {
    const [resource = new Map()] = messages(ofResource, 1);
    const service = String(attributesOf(resource, 1)['service.name']);
    return messages(ofResource, 2).flatMap((ofScope) => messages(ofScope, 2).map((span) => toSpan(span, service)));
  });

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
};

export interface OtlpReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  endpoint: string;
  spans: ReceivedSpan[];
  paths: string[];
  close(): Promise<void>;
}

export const startOtlpReceiver = async (): Promise<OtlpReceiver> => {
  const spans: ReceivedSpan[] = [];
  const paths: string[] = [];
  const server = createServer(async (request, response) => {
    paths.push(`${request.method} ${request.url}`);
    spans.push(...spansIn(await bodyOf(request)));
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    paths,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
