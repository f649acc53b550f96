import type { Messages } from './en.ts';
import { ACCOUNT_ES } from './es/account.ts';
import { ADAPTATIONS_ES } from './es/adaptations.ts';
import { ADMINISTRATION_ES } from './es/administration.ts';
import { CONVERT_ES } from './es/convert.ts';
import { DETAILS_ES } from './es/details.ts';
import { FAILURES_ES } from './es/failures.ts';
import { HINTS_ES } from './es/hints.ts';
import { OPTION_NAMES_ES } from './es/options.ts';
import { PAGE_ES } from './es/page.ts';
import { TASKS_ES } from './es/tasks.ts';
import { WEBHOOKS_ES } from './es/webhooks.ts';

/** Every text of the console in Spanish, by subject. */
export const ES: Messages = {
  ...PAGE_ES,
  ...CONVERT_ES,
  ...OPTION_NAMES_ES,
  ...HINTS_ES,
  ...TASKS_ES,
  ...DETAILS_ES,
  ...ADAPTATIONS_ES,
  ...FAILURES_ES,
  ...ACCOUNT_ES,
  ...ADMINISTRATION_ES,
  ...WEBHOOKS_ES,
};
