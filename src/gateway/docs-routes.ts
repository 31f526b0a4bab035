import type { Express, Response } from 'express';
import { renderDocs, renderErrors } from './docs-page.ts';
import { endpoint } from './endpoint.ts';
import { styleSheet } from './html.ts';
import { openApi } from './openapi.ts';

/** Made at the first look; they stay the same as long as the process. */
const once = (make: () => string): (() => string) => {
  let made: string | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

/** The OpenAPI document and its pages, which need no network. */
export const addDocsRoutes = (app: Express): void => {
  const serve = (path: string, type: string, make: () => string): void => {
    const text = once(make);
    endpoint(app, path, { GET: (_request, response: Response) => void response.type(type).send(text()) });
  };
  // Who opens the printed address in a browser.
  endpoint(app, '/', { GET: (_request, response: Response) => response.redirect('/docs') });
  serve('/openapi.json', 'application/json', () => JSON.stringify(openApi()));
  serve('/docs', 'text/html', () => renderDocs(openApi()));
  serve('/docs/errors', 'text/html', renderErrors);
  serve('/docs/style.css', 'text/css', () => styleSheet);
};
