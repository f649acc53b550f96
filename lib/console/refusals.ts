import type { TonemillError } from '../client/index.ts';
import type { MessageKey } from './messages/en.ts';
import { t } from './messages.ts';

/** Refusals of the page's own forms, by code and first field. Others are shown as the service words them. */
const REFUSALS: ReadonlyMap<string, MessageKey> = new Map([
  ['invalid_request password1', 'refused.password'],
  ['invalid_request newPassword', 'refused.password'],
  ['invalid_request email', 'refused.email'],
  ['taken user', 'refused.user.taken'],
  ['taken email', 'refused.email.taken'],
  ['wrong_password', 'refused.password.present'],
]);

/** A sentence in the language of the page, which names no field of the API; undefined if there is none. */
export function refusalOf({ code, problem }: TonemillError): string | undefined {
  const [field] = problem?.errors ?? [];
  const key = REFUSALS.get(field ? `${code} ${field.path}` : code);
  return key && t(key);
}
