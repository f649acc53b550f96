import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { Header } from '../components/header.tsx';
import { NoticeList } from '../components/notice-list.tsx';
import type { DocsKey } from '../messages/docs-en.ts';
import { language } from '../messages.ts';
import { Prose } from './prose.tsx';
import { d } from './texts.ts';

/** Pages of the documentation by their paths. */
const PAGES = [
  { path: '/docs', name: 'guide' },
  { path: '/docs/formats', name: 'formats' },
  { path: '/docs/errors', name: 'errors' },
  { path: '/docs/reference', name: 'reference' },
] as const;

export type DocsPage = (typeof PAGES)[number]['name'];

/** The page that the address names. */
export function docsPageOf(path: string): DocsPage {
  return PAGES.find((page) => page.path === path)?.name ?? 'guide';
}

interface DocsFrameProps {
  page: DocsPage;
  /** Parts of the page by their anchors. */
  parts: readonly { anchor: string; title: string }[];
  children: ComponentChildren;
}

/** The parts that all pages of the documentation share: the bar, the way to the others, and the list of their parts. */
export function DocsFrame({ page, parts, children }: DocsFrameProps) {
  const title = d(`page.${page}.title`);
  useEffect(() => {
    document.title = `${d(`page.${page}.name`)} - Tonemill`;
  }, [page, language.value]);
  return (
    <>
      <Header home="/" />
      <div class="docs">
        <div class="docs-side">
          <nav aria-label={d('pages')}>
            <ul class="docs-pages">
              {PAGES.map(({ path, name }) => (
                <li key={name}>
                  <a href={path} aria-current={name === page ? 'page' : undefined}>
                    {d(`page.${name}.name`)}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          <nav aria-label={d('parts')}>
            <ul class="docs-parts">
              {parts.map(({ anchor, title: part }) => (
                <li key={anchor}>
                  <a href={`#${anchor}`}>{part}</a>
                </li>
              ))}
            </ul>
          </nav>
        </div>
        <main>
          <div class="hero">
            <h1>{title}</h1>
            <p>{d(`page.${page}.text`)}</p>
          </div>
          {children}
        </main>
      </div>
      <NoticeList />
    </>
  );
}

/** A part of a page with an anchor of its own. */
export function Part({
  anchor,
  title,
  children,
}: {
  anchor: string;
  title: string;
  children: ComponentChildren;
}) {
  return (
    <section id={anchor} aria-labelledby={`${anchor}-title`}>
      <h2 id={`${anchor}-title`}>
        <a href={`#${anchor}`}>{title}</a>
      </h2>
      {children}
    </section>
  );
}

/** A sentence in place of what the service did not give. */
export function Missing({ text }: { text: DocsKey }) {
  return (
    <p class="note" role="alert">
      <Prose text={d(text)} />
    </p>
  );
}
