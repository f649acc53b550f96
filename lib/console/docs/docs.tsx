import { docsPageOf } from './docs-frame.tsx';
import { ErrorsPage } from './errors-page.tsx';
import { FormatsPage } from './formats-page.tsx';
import { Guide } from './guide.tsx';
import { load } from './loaded.ts';
import { openDocs } from './open-docs.tsx';
import '../styles/base.css';
import '../styles/controls.css';
import '../styles/page.css';
import '../styles/docs.css';

const page = docsPageOf(location.pathname);
if (page === 'formats') openDocs(FormatsPage, load('formats'));
else if (page === 'errors') openDocs(ErrorsPage, load('document'));
else openDocs(Guide, Promise.resolve());
