/** What each option means, in Spanish, by its name; a part of an option follows it after a dot. The service describes them in English. */
export const OPTIONS_ES: Readonly<Record<string, string>> = {
  preset:
    'Un ajuste incluido, o uno guardado por su nombre; fija las opciones que no se eligen. Por defecto: ninguno.',
  sampleRate: 'Hz; el códec usa la siguiente frecuencia que admite.',
  channels:
    'Mezcla a los niveles de ITU-R BS.775, sin pasar del máximo digital; un sonido mono va a los dos canales del estéreo.',
  track:
    'Pista de sonido del original: su número desde 1, o un idioma como spa o es. Por defecto: la que el archivo marca.',
  start: 'Segundos; el resultado omite lo anterior, exacto a la muestra.',
  end: 'Segundos; el resultado omite lo posterior, exacto a la muestra.',
  trimSilence:
    'Omite el silencio de ambos extremos, dentro del recorte y exacto a la muestra; nunca el de dentro.',
  'trimSilence.threshold': 'dBFS; lo que lo supera en algún canal es sonido. Por defecto -60.',
  'trimSilence.keep': 'Segundos del silencio que quedan en cada extremo, si los hay. Por defecto 0.',
  loudness: 'No junto con la ganancia.',
  'loudness.target':
    'LUFS, integrada, según EBU R128; o un nombre: ebu-r128 -23, atsc-a85 -24, podcast -16, spotify -14, apple -16, replaygain -18.',
  'loudness.tolerance':
    'LU que el original puede desviarse y conservar su nivel, si sus picos lo permiten. Por defecto 0.',
  'loudness.scope':
    'album: una ganancia para todas las tareas del lote que lo piden, que las lleva al objetivo como un solo sonido. Por defecto track.',
  'loudness.dualMono': 'yes: mide un canal como los dos que lo reproducen, que son 3 LU más. Por defecto no.',
  'loudness.truePeak': 'dBTP; un limitador lo mantiene si la sonoridad elegida lo superara.',
  gain: 'dB. No junto con la sonoridad.',
  replayGain:
    'Ganancias para reproductores en las etiquetas. track: mide el sonido entregado; album: mide también su álbum, las tareas de un lote que lo piden; drop: las omite. Por defecto keep, mientras el nivel no cambie.',
  fadeIn: 'Segundos desde el comienzo, después del recorte.',
  fadeOut: 'Segundos hasta el final, después del recorte.',
  metadata:
    'Por defecto se conservan. Un objeto conserva las etiquetas y fija las suyas: un texto o una lista de textos; null o un texto vacío quita una etiqueta.',
  clip: 'Muestras por encima del máximo digital, donde el formato guarda enteros. Por defecto se avisa; limit: un limitador las contiene.',
  onDamage:
    'Por defecto, deliver: todo lo que se puede leer, con un aviso. fail: un original dañado es un fallo.',
  audio:
    'copy: toma los paquetes del original tal como son, o falla; el recorte corta entonces entre paquetes. encode: nunca copia. Por defecto, auto: copia si el formato tiene el códec del original y ninguna opción cambia el sonido.',
  whenLossy:
    'Para un original con pérdida cuyo resultado la tendría otra vez. copy: toma sus paquetes si el formato los admite, y si no falla; refuse: falla. Por defecto: encode.',
  tagEncoding:
    'Codificación de las etiquetas que el original guarda como Latin-1, por su nombre de WHATWG. Por defecto: se detecta donde está clara.',
  receipt:
    'hashes: resúmenes de ambos archivos y de sus muestras decodificadas, lo que decodifica cada uno otra vez. loudness: mide además los bytes entregados. Por defecto: sin comprobante.',
  coverArt: 'Por defecto se conserva, si el contenedor tiene lugar para ella.',
  chapters:
    'Por defecto se conservan, si el contenedor tiene lugar para ellos. Una lista los sustituye; sus tiempos son los del original.',
  split:
    'Hace partes, cada una un resultado propio: por los capítulos, por las pistas de una hoja CUE, en tiempos en segundos del original, cada tantos segundos, de maxBytes como máximo, o las menos que caben en un límite de fit. No junto con fit ni fundidos.',
  bitrate:
    'Tasa constante en bits por segundo; el códec usa la más cercana que admite para la frecuencia y los canales.',
  fit: 'Elige tasa, frecuencia y canales para que el resultado no pase de maxBytes; o un nombre: speech-25mb, chat-10mb, messenger-16mb. No junto con la tasa de bits ni la calidad.',
  quality: 'Tasa variable: 0 es el archivo más pequeño, 10 el mejor sonido. No junto con la tasa de bits.',
  bitDepth:
    'Bits por muestra. 32 y 64 son de coma flotante, si la codificación no es pcm. Por defecto: como el original.',
  encoding:
    'pcm: enteros; float: coma flotante; mulaw, alaw: G.711; adpcm_ima, adpcm_ms: cuatro bits por muestra. Por defecto: PCM como el original.',
  compressionLevel:
    '0 es lo más rápido; el máximo da el archivo más pequeño, o el mejor sonido para su tamaño.',
};
