import { load } from './loaded.ts';
import { openDocs } from './open-docs.tsx';
import { ReferencePage } from './reference-page.tsx';
import '../styles/base.css';
import '../styles/controls.css';
import '../styles/page.css';
import '../styles/docs.css';

openDocs(ReferencePage, load('document'));
