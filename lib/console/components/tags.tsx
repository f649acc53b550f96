import { coverOf } from '../cover.ts';
import { jump } from '../jump.ts';
import { t, tagName } from '../messages.ts';
import { clock } from '../quantities.ts';
import { type Media, offsetOf, partsOf, type Task } from '../task.ts';
import { CoverPicture } from './cover-picture.tsx';
import { Compared } from './properties.tsx';

/** Tags and covers of original and result, and the chapters. */
export function Tags({ task }: { task: Task }) {
  const { media, result } = task;
  if (!media) return null;
  const names = [...new Set([...Object.keys(media.tags), ...Object.keys(result?.media.tags ?? {})])].sort();
  const hasCover = media.coverArt || result?.media.coverArt === true;
  return (
    <>
      {(names.length > 0 || hasCover) && (
        <section>
          <h3>{t('detail.tags')}</h3>
          {hasCover && <CoverPair task={task} />}
          {names.length > 0 && (
            <table>
              <thead>
                <tr>
                  <td />
                  <th scope="col">{t('detail.original')}</th>
                  {result && <th scope="col">{t('detail.result')}</th>}
                </tr>
              </thead>
              <tbody>
                {names.map((name) => (
                  <tr key={name}>
                    <th scope="row">{tagName(name)}</th>
                    <td>{valuesOf(media, name)}</td>
                    {result && <Compared from={valuesOf(media, name)} to={valuesOf(result.media, name)} />}
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </section>
      )}
      <ChapterList task={task} />
    </>
  );
}

function CoverPair({ task }: { task: Task }) {
  const { media, result, revision } = task;
  const having = partsOf(task).filter(
    (part) => (part === 'original' ? media : result?.media)?.coverArt === true,
  );
  return (
    <div class="covers">
      {having.map((part) => (
        <figure key={`${part} ${part === 'result' ? revision : 0}`}>
          <CoverPicture
            load={() => coverOf(task, part)}
            alt={t('detail.cover.of', { part: t(`detail.${part}`) })}
          />
          <figcaption class="hint">{t(`detail.${part}`)}</figcaption>
        </figure>
      ))}
    </div>
  );
}

/** The chapters; each is a button that plays from its beginning. */
function ChapterList({ task }: { task: Task }) {
  const { id, media, result } = task;
  const { chapters = [] } = result?.media ?? media ?? {};
  if (chapters.length === 0) return null;
  const offset = result ? offsetOf(task, 'result') : 0;
  return (
    <section>
      <h3>{t('detail.chapters')}</h3>
      <ol class="chapters">
        {chapters.map(({ start, title }) => (
          <li key={start}>
            <button
              type="button"
              class="quiet"
              aria-label={t('detail.chapter.play', { title, position: clock(start, 1) })}
              onClick={() => {
                jump.value = { taskId: id, seconds: start + offset };
              }}
            >
              <span>{clock(start, 1)}</span> {title}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

function valuesOf({ tags }: Media, name: string): string | undefined {
  return Object.hasOwn(tags, name) ? tags[name]?.join('; ') : undefined;
}
