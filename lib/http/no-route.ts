import type { Context } from 'hono';
import { AppError } from '../runtime/errors.ts';

/** 405 with `Allow` if the path has other methods (RFC 9110, 15.5.6), else 404. */
export function noRoute(http: { routes: readonly { method: string; path: string }[] }, c: Context): AppError {
  const routes = http.routes.filter(({ method, path }) => method !== 'ALL' && pattern(path).test(c.req.path));
  // Another path with a parameter may match as well: `results.zip` is no id of a task.
  const own = routes.filter(({ path }) => path === c.req.path);
  const methods = new Set((own.length > 0 ? own : routes).map(({ method }) => method));
  if (methods.size === 0)
    return new AppError('not_found', 'There is no such path. GET /openapi.json lists the routes.');
  if (methods.has('GET')) methods.add('HEAD');
  const allow = [...methods].sort().join(', ');
  c.header('Allow', allow);
  return new AppError('method_not_allowed', `${c.req.method} is not possible here. Allowed: ${allow}.`);
}

/** The `:name` and `:name{regex}` parts of hono each match one part of a path. */
function pattern(path: string): RegExp {
  const parts = path.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : RegExp.escape(part)));
  return new RegExp(`^${parts.join('/')}$`);
}
