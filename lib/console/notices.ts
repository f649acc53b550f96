import { signal } from '@preact/signals';
import { TonemillError } from '../client/index.ts';
import { t } from './messages.ts';
import { refusalOf } from './refusals.ts';
import { type ServiceSentence, sentenceOf } from './service-sentences.ts';

/** A short message at the edge of the page. */
export interface Notice {
  key: number;
  text: string;
  kind: 'news' | 'problem';
  /** A sentence of the service in English, which the page shows on request. */
  details?: string | undefined;
  /** A button beside the text. */
  action?: { label: string; run: () => void };
}

/** Messages that are shown, the oldest first. */
export const notices = signal<readonly Notice[]>([]);

/** Milliseconds for which news stay; problems stay until they are closed. */
const SHOWN = 5000;

/** The newest sentence for screen readers about something that the page shows by itself; empty after its time. */
export const announcement = signal('');

let silence: ReturnType<typeof setTimeout> | undefined;

/** Lets screen readers say what the page shows by itself. */
export function announce(sentence: string): void {
  clearTimeout(silence);
  announcement.value = sentence;
  silence = setTimeout(() => {
    announcement.value = '';
  }, SHOWN);
}

let keys = 0;

/** Shows a message for five seconds. */
export function tell(text: string, action?: Notice['action']): void {
  show({ key: keys++, text, kind: 'news', ...(action && { action }) });
}

/** Shows what went wrong until it is closed. */
export function complain(error: unknown): void {
  show({ key: keys++, ...reasonOf(error), kind: 'problem' });
}

/** Shows a problem that is no error of a request. */
export function warn(text: string): void {
  show({ key: keys++, text, kind: 'problem' });
}

export function closeNotice(key: number): void {
  notices.value = notices.value.filter((other) => other.key !== key);
}

/** A sentence for people about an error. */
export function reasonOf(error: unknown): ServiceSentence {
  if (!(error instanceof TonemillError))
    return {
      text: t('error.unexpected', { reason: error instanceof Error ? error.message : String(error) }),
    };
  if (error.code === 'network') return { text: t('error.offline') };
  const refusal = refusalOf(error);
  return refusal ?? sentenceOf(error);
}

function show(notice: Notice): void {
  notices.value = [...notices.value.slice(-2), notice];
  if (notice.kind === 'news') setTimeout(() => closeNotice(notice.key), SHOWN);
}
