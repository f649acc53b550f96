import { http } from '@google-cloud/functions-framework';
import { auth } from './auth.ts';
import { convert } from './convert.ts';
import { site } from './site.ts';
import { sweep } from './sweep.ts';
import { tasks } from './tasks.ts';

http('auth', auth);
http('tasks', tasks);
http('site', site);
http('convert', convert);
http('sweep', sweep);
