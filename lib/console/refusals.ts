import type { TonemillError } from '../client/index.ts';
import type { MessageKey } from './messages/en.ts';
import { known, t } from './messages.ts';
import type { ServiceSentence } from './service-sentences.ts';

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
export function refusalOf({ code, problem, message }: TonemillError): ServiceSentence | undefined {
  const [field] = problem?.errors ?? [];
  const key = REFUSALS.get(field ? `${code} ${field.path}` : code);
  if (key) return { text: t(key) };
  const option = field && optionIn(field.path);
  return option ? { text: t('refused.option', { option }), details: message } : undefined;
}

/** The label of an option that a path leads to: `options.gain`, `outputs.1.options.fit.maxBytes`; undefined for other fields. */
function optionIn(path: string): string | undefined {
  const parts = path.split('.');
  const at = parts.indexOf('options');
  if (at < 0) return undefined;
  const names = parts.slice(at + 1);
  return known(`option.${names.slice(0, 2).join('.')}`) ?? known(`option.${names[0]}`);
}
