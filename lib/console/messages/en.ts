import { ACCOUNT_EN } from './en/account.ts';
import { ADAPTATIONS_EN } from './en/adaptations.ts';
import { ADMINISTRATION_EN } from './en/administration.ts';
import { CONVERT_EN } from './en/convert.ts';
import { DETAILS_EN } from './en/details.ts';
import { FAILURES_EN } from './en/failures.ts';
import { HINTS_EN } from './en/hints.ts';
import { OPTION_NAMES_EN } from './en/options.ts';
import { PAGE_EN } from './en/page.ts';
import { TASKS_EN } from './en/tasks.ts';
import { WEBHOOKS_EN } from './en/webhooks.ts';

/** Every text of the console in English, by subject; `{name}` stands for a value. The other languages have the same keys. */
export const EN = {
  ...PAGE_EN,
  ...CONVERT_EN,
  ...OPTION_NAMES_EN,
  ...HINTS_EN,
  ...TASKS_EN,
  ...DETAILS_EN,
  ...ADAPTATIONS_EN,
  ...FAILURES_EN,
  ...ACCOUNT_EN,
  ...ADMINISTRATION_EN,
  ...WEBHOOKS_EN,
} as const;

export type MessageKey = keyof typeof EN;

export type Messages = Readonly<Record<MessageKey, string>>;
