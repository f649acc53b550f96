/** A page for people, whose script and styles are files of the built console. */
export interface ConsolePage {
  title: string;
  description: string;
  /** Beginning of the names of its script and of its styles. */
  entry: string;
  /** Whether the page offers to go on as a guest. */
  guests: boolean;
  /** Whether a proxy logs the user in, so that the page needs no form. */
  signsOn: boolean;
}

/**
 * The HTML of a page. The theme's script stands before the styles and blocks, so that no page shows the other theme first.
 * @param names files of the built console
 */
export function consolePage(
  names: readonly string[],
  { title, description, entry, guests, signsOn }: ConsolePage,
): string {
  const address = (begin: string, ending: string) => `/assets/${fileOf(names, begin, ending)}`;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="description" content="${description}">
    <title>${title}</title>
    <link rel="icon" href="${address('icon', 'svg')}" type="image/svg+xml">
    <script src="${address('theme', 'js')}"></script>
    <link rel="stylesheet" href="${address(entry, 'css')}">
    <script type="module" src="${address(entry, 'js')}"></script>
  </head>
  <body${guests ? ' data-guests' : ''}${signsOn ? ' data-signs-on' : ''}>
    <div id="console"></div>
    <noscript>
      <p lang="en">This page needs JavaScript. The API works without it: <a href="/openapi.json">its document</a> describes every route.</p>
      <p lang="es">Esta página necesita JavaScript. La API funciona sin él: <a href="/openapi.json">su documento</a> describe cada ruta.</p>
    </noscript>
  </body>
</html>
`;
}

function fileOf(names: readonly string[], begin: string, ending: string): string {
  const found = names.find((name) => name.startsWith(`${begin}-`) && name.endsWith(`.${ending}`));
  if (found === undefined) throw new TypeError(`the built console has no ${begin}.${ending}`);
  return found;
}
