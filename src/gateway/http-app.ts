import express, { type Express } from 'express';
import helmet from 'helmet';
import type { Clock } from '../contract/clock.ts';
import { ProblemError } from '../contract/errors.ts';
import { itemEntrySchema, userEntrySchema } from '../contract/http.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Tracer } from '../runtime/tracer.ts';
import type { PlanBook } from '../scatter/plan-book.ts';
import type { Store } from '../store/port.ts';
import { arrivalOf, noteArrival } from './arrival.ts';
import type { Asker } from './asker.ts';
import { addCollectionRoutes } from './collection-routes.ts';
import { addDocsRoutes } from './docs-routes.ts';
import type { Durable } from './durable.ts';
import { endpoint } from './endpoint.ts';
import { addFeedbackRoutes } from './feedback-routes.ts';
import { problemHandler } from './problem-response.ts';
import { addRecommendationRoutes } from './recommendation-routes.ts';

export interface AppOptions {
  asker: Pick<Asker, 'ask'>;
  durable: Durable;
  store: Pick<Store, 'items' | 'users' | 'feedback' | 'answers'>;
  plans: Pick<PlanBook, 'all'>;
  /** Everything about a user that this process remembers goes. */
  forgetUser(id: string): void;
  /** Null: ready. Else why not. */
  notReady(): string | null;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  randomId(): string;
  /** Null: traces are off. */
  tracer?: Tracer | null;
}

/** Pages bring their own scripts and styles; nothing is ever loaded from elsewhere. TLS, and so HSTS, is the ingress's. */
const secured = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: false,
});

const addCollections = (app: Express, { store, forgetUser }: AppOptions): void => {
  const { items, users } = store;
  addCollectionRoutes(app, {
    ...{ name: 'items', schema: itemEntrySchema, unknown: 'unknown-item' },
    get: async (id) => (await items.get([id]))[0] ?? null,
    put: items.put,
    delete: items.delete,
    list: items.list,
  });
  addCollectionRoutes(app, {
    ...{ name: 'users', schema: userEntrySchema, unknown: 'unknown-user' },
    get: users.get,
    put: users.put,
    async delete(id) {
      const was = await users.delete(id);
      forgetUser(id);
      return was;
    },
    list: users.list,
  });
};

const addServiceRoutes = (app: Express, { plans, notReady }: AppOptions): void => {
  endpoint(app, '/v1/recommenders', {
    GET: (_request, response) => void response.json({ recommenders: plans.all() }),
  });
  endpoint(app, '/healthz', { GET: (_request, response) => void response.json({ status: 'ok' }) });
  endpoint(app, '/readyz', {
    GET(_request, response) {
      const reason = notReady();
      response.status(reason === null ? 200 : 503).json(reason === null ? { status: 'ready' } : { status: reason });
    },
  });
};

/** Everything a gateway says over HTTP, as an express app that listens nowhere yet. */
export const createApp = (options: AppOptions): Express => {
  const { clock, log, metrics } = options;
  const app = express();
  app.disable('x-powered-by').set('etag', false).set('query parser', 'simple');
  app.use(noteArrival(clock, options.randomId), secured, (request, response, next) => {
    response.set('Cache-Control', 'no-store');
    response.once('finish', () => {
      const labels = {
        method: request.method,
        route: (response.locals.route as string | undefined) ?? 'other',
        status: String(response.statusCode),
      };
      const tookMs = clock.monotonicMs() - (arrivalOf(response)?.atMs ?? clock.monotonicMs());
      metrics.observe('medley_gateway_http_seconds', labels, tookMs / 1_000);
    });
    next();
  });
  addRecommendationRoutes(app, {
    asker: options.asker,
    durable: options.durable,
    answers: options.store.answers,
    nowMs: clock.nowMs,
    tracer: options.tracer ?? null,
  });
  addFeedbackRoutes(app, { feedback: options.store.feedback, nowMs: clock.nowMs, metrics });
  addCollections(app, options);
  addServiceRoutes(app, options);
  addDocsRoutes(app);
  app.use((request) => {
    throw new ProblemError('not-found', `There is nothing at ${request.path}.`);
  });
  app.use(problemHandler(log));
  return app;
};
