import { account, isGuest } from '../account.ts';
import { COLOURS, colour, colours } from '../colours.ts';
import { LANGUAGES, language, speak, t } from '../messages.ts';
import { session } from '../session.ts';
import { Icon } from './icon.tsx';

/**
 * The bar at the top of the page.
 * @param home path of the console, from a page that is not the console
 */
export function Header({ home = '' }: { home?: '' | '/' }) {
  return (
    <header class="bar">
      <a class="name" href={home === '' ? '#files' : home}>
        Tonemill
      </a>
      <nav>
        <label>
          <Icon name="colours" />
          <span class="unseen">{t('app.theme')}</span>
          <select
            value={colours.value}
            onChange={({ currentTarget }) =>
              colour(COLOURS.find((name) => name === currentTarget.value) ?? 'system')
            }
          >
            {COLOURS.map((name) => (
              <option key={name} value={name}>
                {t(`app.theme.${name}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span class="unseen">{t('app.language')}</span>
          <select
            value={language.value}
            onChange={({ currentTarget }) => speak(currentTarget.value === 'es' ? 'es' : 'en')}
          >
            {Object.entries(LANGUAGES).map(([tag, name]) => (
              <option key={tag} value={tag} lang={tag}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <a href="/docs">{t('app.documentation')}</a>
        <Person home={home} />
      </nav>
    </header>
  );
}

function Person({ home }: { home: string }) {
  if (session.value === 'open')
    return <a href={`${home}#account`}>{isGuest.value ? t('session.guest') : (account.value?.user ?? '')}</a>;
  if (session.value === 'starting') return null;
  return <a href={`${home}#log-in`}>{t('session.logIn')}</a>;
}
