import type { SentencePair } from '../sentence-patterns.ts';

/**
 * Sentences of the service that have details, in English and in Spanish. `{name}` stands for a detail; `{...Bytes}` is a number of
 * bytes, and `{seconds}` one of seconds. A sentence that is not here is shown by its code, with the English one folded. The first pair that fits is taken.
 */
export const SERVICE_ES: readonly SentencePair[] = [
  // Failures of conversions.
  [
    'The original lasts longer than the limit of {seconds} s.',
    'El original dura más que el límite de {seconds} s.',
  ],
  [
    'The result in {format} would exceed the limit of {mostBytes} bytes.',
    'El resultado en {format} superaría el límite de {mostBytes}.',
  ],
  [
    'The file has {sizeBytes} bytes; at most {mostBytes} are allowed.',
    'El archivo tiene {sizeBytes}; se admiten {mostBytes} como máximo.',
  ],
  [
    'The file was declared with {declaredBytes} bytes, and has {sizeBytes}.',
    'Se anunció un archivo de {declaredBytes}, y tiene {sizeBytes}.',
  ],
  [
    'The conversion took longer than the limit of {seconds} s.',
    'La conversión tardó más que el límite de {seconds} s.',
  ],
  ['The decoder made no progress for {seconds} s.', 'La lectura del sonido no avanzó durante {seconds} s.'],
  [
    'The original has no sound track {wanted}. It has: {tracks}.',
    'El original no tiene la pista de sonido {wanted}. Tiene: {tracks}.',
  ],
  [
    'Trimming leaves no sound: the original lasts {seconds} s, and start is {start} s.',
    'El recorte no deja sonido: el original dura {seconds} s, y el inicio es {start} s.',
  ],
  ['Trimming leaves no packet of the sound.', 'El recorte no deja ningún paquete del sonido.'],
  [
    '{format} cannot hold {codec}, the codec of the original.',
    '{format} no admite {codec}, el códec del original.',
  ],
  [
    'Packets of {codec} cannot be cut. Leave out audio: copy, and the cut is exact and without loss.',
    'Los paquetes de {codec} no se pueden cortar. Sin «Copiar», el corte es exacto y sin pérdida.',
  ],
  [
    'The original is lossy already ({codec}), and whenLossy is {choice}, but the option {option} changes the sound.',
    'El original ya tiene pérdida ({codec}), y elegiste no perder más, pero la opción {option} cambia el sonido.',
  ],
  [
    'The original is lossy already ({codec}), and whenLossy is {choice}, but {format} cannot hold {other}.',
    'El original ya tiene pérdida ({codec}), y elegiste no perder más, pero {format} no admite {other}.',
  ],
  [
    'The original is lossy already ({codec}), and whenLossy is {choice}.',
    'El original ya tiene pérdida ({codec}), y elegiste no perder más.',
  ],
  [
    'The original is damaged. {part} of its sound ({seconds} s) is missing. The option onDamage asks for a failure.',
    'El original está dañado. Falta el {part} del sonido ({seconds} s), y elegiste que eso sea un fallo.',
  ],
  [
    'The original is damaged. The option onDamage asks for a failure.',
    'El original está dañado, y elegiste que eso sea un fallo.',
  ],
  [
    'The file asks for more than any recording needs: {what}.',
    'El archivo pide más de lo que necesita una grabación: {what}.',
  ],
  [
    'The conversion takes longer than the limit of {seconds} s.',
    'La conversión tarda más que el límite de {seconds} s.',
  ],
  [
    '{seconds} s in {format} need fit.maxBytes of at least {leastBytes} to stay intelligible, and it is {mostBytes}. {ways}',
    'Para que {seconds} s en {format} se entiendan hacen falta al menos {leastBytes}, y el límite es {mostBytes}.',
  ],
  [
    'The crossfade of {seconds} s is longer than half of the shortest track, which has {length} s.',
    'El fundido cruzado de {seconds} s dura más que la mitad de la pista más corta, que tiene {length} s.',
  ],
  ['Track {number} of the join ({name}) was removed.', 'Se eliminó la pista {number} de la unión ({name}).'],
  [
    'The file contains no sound. Send audio, or video with sound.',
    'El archivo no tiene sonido. Envía audio, o video con sonido.',
  ],
  // Addresses.
  ['The server answered {status}; expected 200.', 'El servidor respondió {status}; se esperaba 200.'],
  [
    'The server did not accept a connection within {seconds} s.',
    'El servidor no aceptó una conexión en {seconds} s.',
  ],
  ['The server sent too little for {seconds} s.', 'El servidor envió demasiado poco durante {seconds} s.'],
  [
    'The exchange with the server took longer than {seconds} s.',
    'El intercambio con el servidor duró más de {seconds} s.',
  ],
  ['The server sends more than {mostBytes} bytes.', 'El servidor envía más de {mostBytes}.'],
  ['The server cannot be reached.', 'No se puede llegar al servidor.'],
  ['The server does not answer with valid TLS.', 'El servidor no responde con un TLS válido.'],
  ['The server does not answer with valid HTTP.', 'El servidor no responde con un HTTP válido.'],
  [
    'The server sends the file compressed, though the service asks for it as it is.',
    'El servidor envía el archivo comprimido, aunque el servicio lo pide tal como es.',
  ],
  ['The URL redirects more than {count} times.', 'La dirección redirige más de {count} veces.'],
  ['The URL redirects to one that is not valid.', 'La dirección redirige a otra que no es válida.'],
  ['The URL is not valid; expected https://...', 'La dirección no es válida; se esperaba https://...'],
  [
    'The URL begins with {scheme}//; expected {expected}.',
    'La dirección empieza por {scheme}//; se esperaba {expected}.',
  ],
  [
    'The URL has a user name or a password; expected none.',
    'La dirección tiene un nombre de usuario o una contraseña; no debe tenerlos.',
  ],
  [
    'Port {port} of the URL is not allowed; expected that of a web server.',
    'El puerto {port} de la dirección no se admite; se esperaba el de un servidor web.',
  ],
  ['The URL leads to an address that is not public.', 'La dirección lleva a una máquina que no es pública.'],
  [
    'The destination answered {status}: its URL may have expired, or does not allow to write.',
    'El destino respondió {status}: su dirección puede haber caducado, o no permite escribir.',
  ],
  // Limits.
  [
    'A user may have {count} open uploads. Send their files, or remove their tasks.',
    'Se pueden tener {count} subidas abiertas. Envía sus archivos, o elimina sus tareas.',
  ],
  [
    'A user may have {count} tasks that wait. Try again when some are converted.',
    'Se pueden tener {count} tareas en espera. Prueba otra vez cuando algunas estén convertidas.',
  ],
  [
    'The files of this user have {sizeBytes} bytes, and may have {mostBytes}. Remove tasks first.',
    'Tus archivos ocupan {sizeBytes}, y pueden ocupar {mostBytes}. Elimina antes algunos.',
  ],
  [
    'This user has converted {count} minutes of audio today, which is the most. Try again in {seconds} s.',
    'Hoy convertiste {count} minutos de audio, que es lo máximo. Prueba otra vez en {seconds} s.',
  ],
  [
    '{sentence} Try again in {seconds} s.',
    'Hubo demasiadas peticiones en poco tiempo. Prueba otra vez en {seconds} s.',
  ],
  [
    'Too many people are signing up or logging in at this moment. Try again in a few seconds.',
    'Demasiadas personas se registran o inician sesión en este momento. Prueba otra vez en unos segundos.',
  ],
  // Requests of the console.
  ['This task does not exist.', 'Este archivo ya no está.'],
  ['This batch does not exist.', 'Este lote ya no está.'],
  ['This preset does not exist.', 'Este ajuste ya no está.'],
  ['This webhook does not exist.', 'Este webhook ya no está.'],
  [
    'You have a preset of this name. Choose another name, or change that preset.',
    'Ya tienes un ajuste con ese nombre. Elige otro nombre.',
  ],
  [
    'The cover has {pixels} pixels. Expected at most {most} pixels together.',
    'La portada tiene {pixels} píxeles. Se admiten {most} en total como máximo.',
  ],
  ['The cover is larger than {mostBytes} bytes.', 'La portada ocupa más de {mostBytes}.'],
  [
    'The cover is not usable: {found}. Expected JPEG, PNG, WebP or GIF.',
    'La portada no sirve. Se espera un JPEG, PNG, WebP o GIF completo.',
  ],
  ['The webhook is disabled. Enable it first.', 'El webhook está desactivado. Actívalo antes.'],
  [
    'Too many deliveries of this webhook wait. Try again later.',
    'Esperan demasiados mensajes de este webhook. Prueba más tarde.',
  ],
];
