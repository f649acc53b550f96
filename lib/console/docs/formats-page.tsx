import { formatOf, formats, optionsOf, type Schema } from '../formats.ts';
import { known } from '../messages.ts';
import { meaningOf } from '../option-words.ts';
import { clock, size } from '../quantities.ts';
import { DocsFrame, Missing, Part } from './docs-frame.tsx';
import { isMissing } from './loaded.ts';
import { Prose } from './prose.tsx';
import { d } from './texts.ts';
import { typeText } from './type-text.ts';

/** Limits that are the same in every service, with their values. */
const FIXED = ['batch', 'archive', 'wait', 'upload', 'keys', 'presets', 'repeat'] as const;

/** Formats, their options and limits, as this service answers them. */
export function FormatsPage() {
  const parts = [
    { anchor: 'formats', title: d('formats.list') },
    { anchor: 'options', title: d('formats.options') },
    { anchor: 'limits', title: d('formats.limits') },
  ];
  return (
    <DocsFrame page="formats" parts={parts}>
      {isMissing('formats') && <Missing text="formats.missing" />}
      <Part anchor="formats" title={d('formats.list')}>
        <div class="wide-table">
          <table>
            <thead>
              <tr>
                <th scope="col">{d('column.format')}</th>
                <th scope="col">{d('column.extension')}</th>
                <th scope="col">{d('column.type')}</th>
                <th scope="col">{d('column.codec')}</th>
                <th scope="col">{d('column.own')}</th>
              </tr>
            </thead>
            <tbody>
              {formats.value?.formats.map(({ name }) => (
                <FormatRow key={name} name={name} />
              ))}
            </tbody>
          </table>
        </div>
      </Part>
      <Part anchor="options" title={d('formats.options')}>
        <p>
          <Prose text={d('formats.options.text')} />
        </p>
        <dl class="terms">
          {[...allOptions()].map(([name, { schema, of }]) => (
            <div key={name} id={`option-${name}`}>
              <dt>
                <code>{name}</code> {known(`option.${name}`) && <span>{known(`option.${name}`)}</span>}
              </dt>
              <dd>
                <span class="hint">{typeText(schema)}</span>
                <Meaning name={name} schema={schema} />
                {of.length < (formats.value?.formats.length ?? 0) && (
                  <p class="hint">{d('option.only', { formats: of.join(', ') })}</p>
                )}
              </dd>
            </div>
          ))}
        </dl>
      </Part>
      <Part anchor="limits" title={d('formats.limits')}>
        <table>
          <tbody>
            <ServiceLimits />
            {FIXED.map((name) => (
              <tr key={name}>
                <th scope="row">{d(`limit.${name}`)}</th>
                <td>{d(`limit.${name}.value`)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Part>
    </DocsFrame>
  );
}

function Meaning({ name, schema }: { name: string; schema: Schema }) {
  const meaning = meaningOf(name, schema);
  return (
    meaning && (
      <p lang={meaning.language}>
        <Prose text={meaning.text} />
      </p>
    )
  );
}

function FormatRow({ name }: { name: string }) {
  const format = formatOf(name);
  if (!format) return null;
  const everywhere = formats.value?.formats.length;
  const options = allOptions();
  const own = optionsOf(name).filter(([option]) => options.get(option)?.of.length !== everywhere);
  return (
    <tr id={`format-${name}`}>
      <th scope="row">
        <code>{name}</code>
      </th>
      <td>.{format.extension}</td>
      <td>{format.mimeType}</td>
      <td>{format.codec}</td>
      <td>
        {own.map(([option], index) => (
          <span key={option}>
            {index > 0 && ', '}
            <a href={`#option-${option}`}>{option}</a>
          </span>
        ))}
      </td>
    </tr>
  );
}

function ServiceLimits() {
  const limits = formats.value?.limits;
  if (!limits) return null;
  const rows = [
    ['limit.uploadBytes', size(limits.uploadBytes)],
    ['limit.resultBytes', size(limits.resultBytes)],
    ['limit.durationSeconds', clock(limits.durationSeconds)],
  ] as const;
  return rows.map(([key, value]) => (
    <tr key={key}>
      <th scope="row">{d(key)}</th>
      <td>{value}</td>
    </tr>
  ));
}

/** Every option once, with the formats that have it. */
function allOptions(): Map<string, { schema: Schema; of: string[] }> {
  const all = new Map<string, { schema: Schema; of: string[] }>();
  for (const { name } of formats.value?.formats ?? [])
    for (const [option, schema] of optionsOf(name)) {
      const known = all.get(option);
      if (known) known.of.push(name);
      else all.set(option, { schema, of: [name] });
    }
  return all;
}
