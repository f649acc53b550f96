import { t } from '../messages.ts';

/** The service's own sentence in English, folded; nothing where the page has all of it in its language. */
export function ServiceDetails({ details }: { details: string | undefined }) {
  if (details === undefined) return null;
  return (
    <details class="service-details">
      <summary class="hint">{t('failure.details')}</summary>
      <p class="hint" lang="en">
        {details}
      </p>
    </details>
  );
}
