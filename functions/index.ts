import { http } from '@google-cloud/functions-framework';
import { checkConfiguration } from '../lib/app/functions-framework.ts';
import { api } from './api.ts';
import { auth } from './auth.ts';
import { convert } from './convert.ts';
import { deadLetter } from './dead-letter.ts';
import { site } from './site.ts';
import { sweep } from './sweep.ts';
import { tasks } from './tasks.ts';
import { transfer } from './transfer.ts';
import { uploaded } from './uploaded.ts';

http('auth', auth);
http('tasks', tasks);
http('site', site);
http('api', api);
http('uploaded', uploaded);
http('convert', convert);
http('transfer', transfer);
http('dead-letter', deadLetter);
http('sweep', sweep);

checkConfiguration();
