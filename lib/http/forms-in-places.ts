import type { MiddlewareHandler } from 'hono';
import type { Places } from '../runtime/places.ts';
import { principalOf, type RouterEnv } from './bearer-auth.ts';
import { isForm } from './multipart-form.ts';

/** Middleware behind `bearer`: a form has one of the places until it is answered, and other bodies need none. */
export function formsInPlaces(places: Places): MiddlewareHandler<RouterEnv> {
  return (c, next) => (isForm(c) ? places(principalOf(c).userId, next) : next());
}
