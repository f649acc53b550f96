import { account } from '../account.ts';
import { known, t } from '../messages.ts';
import { number, size, span } from '../quantities.ts';

/** Seconds. */
const DAY = 86_400;

/** Quotas, retention and rates of the account, folded; nothing for what has no limit. */
export function LimitList() {
  const limits = account.value?.limits;
  if (!limits) return null;
  const { quotas, rates, retention, formats } = limits;
  const days = (count: number) => span(count * DAY);
  const rows = [
    ...[
      [t('limit.openUploads'), quotas.openUploads, number(quotas.openUploads)] as const,
      [t('limit.waitingTasks'), quotas.waitingTasks, number(quotas.waitingTasks)] as const,
      [t('limit.runningTasks'), quotas.runningTasks, number(quotas.runningTasks)] as const,
      [t('limit.storedBytes'), quotas.storedBytes, size(quotas.storedBytes)] as const,
      [t('limit.audioMinutes'), quotas.audioMinutes, number(quotas.audioMinutes)] as const,
    ],
    [t('limit.retention'), retention.days, days(retention.days)] as const,
    [t('limit.retention.most'), retention.days && retention.maxDays, days(retention.maxDays)] as const,
    [t('limit.formats'), formats?.length ?? 0, formats?.join(', ') ?? ''] as const,
    ...rates.map(({ policy, quota, seconds }) => {
      const words = t('limit.rate', { count: number(quota), time: span(seconds) });
      return [known(`limit.rate.${policy}`) ?? policy, quota, words] as const;
    }),
  ].filter(([, most]) => most > 0);
  if (rows.length === 0) return null;
  return (
    <details class="fold">
      <summary>{t('limit.title')}</summary>
      <table>
        <tbody>
          {rows.map(([name, , most]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{most}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
