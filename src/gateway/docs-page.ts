import { type ProblemCode, problems } from '../contract/errors.ts';
import { escapeHtml, page, prose } from './html.ts';
import type { OpenApiDocument } from './openapi.ts';

/** The OpenAPI document as a page for people, made on the server: it needs no script and no network. Pure. */

interface Schema {
  $ref?: string;
  type?: string | readonly string[];
  enum?: readonly unknown[];
  anyOf?: readonly Schema[];
  items?: Schema;
  properties?: Readonly<Record<string, Schema>>;
  additionalProperties?: boolean | Schema;
  required?: readonly string[];
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
}

interface Described {
  summary: string;
  description?: string;
  parameters?: readonly { name: string; in: string; description?: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema; example?: unknown }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: Schema }> }>;
}

const nameOf = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1);
const linkTo = (ref: string): string => `<a href="#schema-${escapeHtml(nameOf(ref))}">${escapeHtml(nameOf(ref))}</a>`;

/** Largest whole number JavaScript holds exactly: no bound anybody chose. */
const isChosen = (bound: number | undefined): bound is number =>
  bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;

const boundsOf = ({ minimum, maximum }: Schema): string => {
  if (isChosen(minimum) && isChosen(maximum)) return ` ${minimum} to ${maximum}`;
  if (isChosen(minimum)) return ` ≥ ${minimum}`;
  return isChosen(maximum) ? ` ≤ ${maximum}` : '';
};

/** A schema as a few words of HTML. */
const typeOf = (schema: Schema): string => {
  if (schema.$ref !== undefined) return linkTo(schema.$ref);
  if (schema.enum !== undefined) return schema.enum.map((one) => `<code>${escapeHtml(String(one))}</code>`).join(' | ');
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  const { additionalProperties: values } = schema;
  if (schema.properties === undefined && typeof values === 'object') return `map to ${typeOf(values)}`;
  return escapeHtml([schema.type ?? 'anything'].flat().join(' or ') + boundsOf(schema));
};

const fieldRows = (schema: Schema, prefix = ''): string =>
  Object.entries(schema.properties ?? {})
    .map(([name, field]) => {
      const must = schema.required?.includes(name) ? '' : 'optional';
      const usual =
        field.default === undefined ? must : `default <code>${escapeHtml(JSON.stringify(field.default))}</code>`;
      const full = `${prefix}${name}`;
      const inner = field.items?.properties === undefined ? field : field.items;
      const row = `<tr><td><code>${escapeHtml(full)}</code></td><td>${typeOf(field)}</td><td>${usual}</td><td>${prose(field.description ?? '')}</td></tr>`;
      return row + fieldRows(inner, `${full}${inner === field ? '.' : '[].'}`);
    })
    .join('\n');

const fields = (schema: Schema): string => {
  const rows = fieldRows(schema);
  if (rows === '') return `<p>${typeOf(schema)}</p>`;
  return `<table><thead><tr><th>field</th><th>type</th><th></th><th>meaning</th></tr></thead><tbody>${rows}</tbody></table>`;
};

const parametersOf = ({ parameters = [] }: Described): string => {
  if (parameters.length === 0) return '';
  const rows = parameters.map(
    (one) =>
      `<tr><td><code>${escapeHtml(one.name)}</code></td><td>${one.in}</td><td>${typeOf(one.schema)}</td><td>${prose(one.description ?? one.schema.description ?? '')}</td></tr>`,
  );
  return `<table><thead><tr><th>parameter</th><th>in</th><th>type</th><th>meaning</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
};

const bodyOf = ({ requestBody }: Described, method: string, path: string): string => {
  const media = requestBody?.content['application/json'];
  const address = `localhost:8080${path.replace('{id}', '1')}`;
  if (media === undefined) {
    const verb = method === 'GET' ? '' : ` -X ${method}`;
    return path.includes('answers') ? '' : `<pre>curl${verb} ${escapeHtml(address)}</pre>`;
  }
  const body = media.example === undefined ? '{}' : JSON.stringify(media.example);
  const command = `curl -X ${method} ${address} -H 'content-type: application/json' -d '${body}'`;
  return `<p>Body: ${typeOf(media.schema)}</p><pre>${escapeHtml(command)}</pre>`;
};

const responsesOf = ({ responses }: Described): string => {
  const rows = Object.entries(responses).map(([status, { description, content }]) => {
    const [media] = Object.values(content ?? {});
    return `<tr><td>${status}</td><td>${media === undefined ? '' : typeOf(media.schema)}</td><td>${prose(description)}</td></tr>`;
  });
  return `<table><thead><tr><th>status</th><th>body</th><th>meaning</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
};

const operation = (method: string, path: string, described: Described): string =>
  `<section id="${method}-${escapeHtml(path)}">
<h3><span class="method">${method.toUpperCase()}</span> <code>${escapeHtml(path)}</code></h3>
<p>${prose(described.summary)}.${described.description === undefined ? '' : ` ${prose(described.description)}`}</p>
${parametersOf(described)}${bodyOf(described, method.toUpperCase(), path)}${responsesOf(described)}
</section>`;

export const renderDocs = (document: OpenApiDocument): string => {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      method,
      path,
      described: described as unknown as Described,
    })),
  );
  const links = all.map(
    ({ method, path }) =>
      `<li><a href="#${method}-${escapeHtml(path)}"><span class="method">${method.toUpperCase()}</span> ${escapeHtml(path)}</a></li>`,
  );
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) => `<section id="schema-${name}"><h3>${name}</h3>${fields(schema as Schema)}</section>`,
  );
  return page(
    `${document.info.title}: HTTP`,
    `<h1>${escapeHtml(document.info.title)}</h1>
<p>${prose(document.info.description)} <a href="/openapi.json">OpenAPI 3.1</a> · <a href="/docs/errors">errors</a></p>
<nav><ul>${links.join('')}</ul></nav>
<h2>Addresses</h2>
${all.map(({ method, path, described }) => operation(method, path, described)).join('\n')}
<h2>Schemas</h2>
${schemas.join('\n')}`,
  );
};

/** Where the `type` of every problem leads. */
export const renderErrors = (): string => {
  const codes = Object.keys(problems) as ProblemCode[];
  const rows = codes.map(
    (code) =>
      `<tr id="${code}"><td><code>${code}</code></td><td>${problems[code].status}</td><td>${escapeHtml(problems[code].title)}.</td></tr>`,
  );
  return page(
    'Medley: errors',
    `<h1>Errors</h1>
<p>Every error is a problem of RFC 9457: <code>code</code> never changes, <code>detail</code> says what happened this time, <code>errors</code> point into the request. <a href="/docs">All addresses</a></p>
<table><thead><tr><th>code</th><th>status</th><th>meaning</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`,
  );
};
