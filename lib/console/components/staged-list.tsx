import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { formats } from '../formats.ts';
import { counted, t } from '../messages.ts';
import { complain } from '../notices.ts';
import { number, size } from '../quantities.ts';
import {
  applyToAll,
  isOwn,
  problemOf,
  type StagedFile,
  setDestination,
  setFormat,
  staged,
  unstage,
  wantedOf,
} from '../staged.ts';
import { askForSession } from '../start.ts';
import { fetchFrom, transfer } from '../transfers.ts';
import { want, wanted } from '../wanted.ts';
import { Field } from './field.tsx';
import { Icon } from './icon.tsx';

import { PlannedResult } from './planned-result.tsx';
import { StagedTags } from './staged-tags.tsx';

import { FormatOptions, WantedForm } from './wanted-form.tsx';

/** Sends files to the service, and addresses from which it fetches some. */
function send(ready: readonly StagedFile[]): void {
  for (const each of ready) {
    const { source, destination, cover } = each;
    const how = { wanted: wantedOf(each), destination: destination.trim() || undefined };
    if ('file' in source) transfer([{ file: source.file, cover, ...how }]);
    else fetchFrom(source.url, how).catch(complain);
  }
}

/** The files that wait for their conversion, and its format. */
export function StagedList() {
  const ready = staged.value.filter((each) => problemOf(each) === undefined);
  const convert = () =>
    askForSession(() => {
      send(ready);
      staged.value = [];
    });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        convert();
      }}
    >
      <ul class="staged" aria-label={t('staged.list')}>
        {staged.value.map((each) => (
          <StagedRow key={each.key} staged={each} />
        ))}
      </ul>
      {staged.value.length > 1 && staged.value.some(({ format }) => isOwn(format)) && (
        <button type="button" class="link" onClick={() => applyToAll()}>
          {t('staged.applyToAll', { format: wanted.value.format.toUpperCase() })}
        </button>
      )}
      <WantedForm title={t('wanted.title')} value={wanted.value} onChange={want} />
      <PlannedFirst />
      <Destinations />
      <div class="buttons end">
        <button
          type="button"
          class="quiet"
          onClick={() => {
            staged.value = [];
          }}
        >
          {t('staged.clear')}
        </button>
        <button type="submit" class="main" disabled={ready.length === 0 || !formats.value}>
          {counted('staged.convert', ready.length)}
        </button>
      </div>
    </form>
  );
}

/** Bytes up to which a file is sent to be planned. */
const SMALL = 8_000_000;

/** The plan for the first file, if it is small. */
function PlannedFirst() {
  const [first] = staged.value;
  if (!first) return null;
  const file = 'file' in first.source && first.source.file.size <= SMALL ? first.source.file : undefined;
  return <PlannedResult original={file} of={first.key} wanted={wantedOf(first)} />;
}

/** Where the results go as well: an address for each file, folded. */
function Destinations() {
  return (
    <details>
      <summary>{t('destination.title')}</summary>
      <p class="hint">{t('destination.hint')}</p>
      <div class="stack">
        {staged.value.map(({ key, name, destination }) => (
          <Field key={key} label={t('destination.of', { name })}>
            {(attributes) => (
              <input
                {...attributes}
                type="text"
                inputMode="url"
                autocomplete="off"
                value={destination}
                onInput={({ currentTarget }) => setDestination(key, currentTarget.value)}
              />
            )}
          </Field>
        ))}
      </div>
    </details>
  );
}

function StagedRow({ staged: each }: { staged: StagedFile }) {
  const isOpen = useSignal(false);
  const tagsId = useId();
  const { key, name, source, format, edits, cover } = each;
  const edited = Object.keys(edits).length + (cover ? 1 : 0);
  const told = 'file' in source ? size(source.file.size) : t('address.fetched');
  const problem = problemOf(each);
  return (
    <li>
      <span class="file-name" title={name}>
        {name}
      </span>
      <span class={problem === undefined ? 'hint' : 'hint error'}>{problem ?? told}</span>
      {'file' in source && (
        <button
          type="button"
          class="quiet"
          aria-label={t('staged.tags.of', { name })}
          aria-expanded={isOpen.value}
          aria-controls={tagsId}
          disabled={problem !== undefined}
          onClick={() =>
            askForSession(() => {
              isOpen.value = !isOpen.value;
            })
          }
        >
          {t('detail.tags')}
          {edited > 0 && <span class="badge">{number(edited)}</span>}
        </button>
      )}
      <select
        aria-label={t('staged.format.of', { name })}
        value={format ?? wanted.value.format}
        onChange={({ currentTarget }) => setFormat(key, currentTarget.value)}
      >
        <FormatOptions chosen={format ?? wanted.value.format} />
      </select>
      <button
        type="button"
        class="quiet square"
        aria-label={t('staged.remove', { name })}
        onClick={() => unstage(key)}
      >
        <Icon name="close" />
      </button>
      <div id={tagsId} class="staged-tags" hidden={!isOpen.value}>
        {isOpen.value && 'file' in source && <StagedTags staged={each} file={source.file} />}
      </div>
    </li>
  );
}
