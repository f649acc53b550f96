import { signal } from '@preact/signals';
import { makeKey } from '../keys.ts';
import { complain } from '../notices.ts';
import { session } from '../session.ts';
import { CodeBlock } from './code-block.tsx';
import { DocsFrame, Part } from './docs-frame.tsx';
import { type ExampleName, example, NO_KEY } from './examples.ts';
import { Prose } from './prose.tsx';
import { d } from './texts.ts';

/** Parts of the guide with their examples, in the order in which a reader runs them. */
const PARTS = [
  { name: 'key', examples: ['key', 'account'] },
  { name: 'convert', examples: ['convert', 'fetch'] },
  { name: 'task', examples: ['create', 'result'] },
  { name: 'options', examples: ['options'] },
  { name: 'upload', examples: ['upload', 'status'] },
  { name: 'batch', examples: ['batch'] },
  { name: 'events', examples: ['events'] },
  { name: 'repeat', examples: ['repeat'] },
  { name: 'probe', examples: ['probe', 'plan'] },
  { name: 'commandLine', examples: ['commandLine'] },
] as const satisfies readonly { name: string; examples: readonly ExampleName[] }[];

/** The key that was made for the examples; it stays in the memory of the page. */
const key = signal(NO_KEY);

/** How a program uses the service, from a key to its results. */
export function Guide() {
  const parts = PARTS.map(({ name }) => ({ anchor: name, title: d(`guide.${name}`) }));
  return (
    <DocsFrame page="guide" parts={parts}>
      {PARTS.map(({ name, examples }) => (
        <Part key={name} anchor={name} title={d(`guide.${name}`)}>
          <p>
            <Prose text={d(`guide.${name}.text`)} />
          </p>
          {name === 'key' && <KeyMaker />}
          {examples.map((one) => (
            <CodeBlock key={one} name={d(`example.${one}`)} text={example(one, location.origin, key.value)} />
          ))}
        </Part>
      ))}
    </DocsFrame>
  );
}

function KeyMaker() {
  if (key.value !== NO_KEY) return <p class="note">{d('key.made')}</p>;
  if (session.value !== 'open')
    return (
      <p>
        <Prose text={d('key.logIn')} />
      </p>
    );
  const make = async () => {
    key.value = await makeKey(d('key.name'), ['tasks:read', 'tasks:write']);
  };
  return (
    <button type="button" class="main" onClick={() => make().catch(complain)}>
      {d('key.make')}
    </button>
  );
}
