/** Texts in Spanish: what options mean, below their fields. No text has a name of the API. */
export const HINTS_ES = {
  'hint.preset': 'Un conjunto ya preparado para un uso. Lo que elijas tú prevalece.',
  'hint.bitrate': 'Datos por segundo de sonido. Más suena mejor, y el archivo es más grande.',
  'hint.quality': '0 es el archivo más pequeño, 10 el mejor sonido. En lugar de una tasa de bits.',
  'hint.fit':
    'El resultado nunca la supera: la tasa de bits, la frecuencia y los canales se eligen para eso. En lugar de una tasa de bits o una calidad.',
  'hint.fit.maxBytes': 'En megabytes de un millón de bytes cada uno.',
  'hint.fit.sound': 'La voz pasa a un solo canal, como la toman los programas que la transcriben.',
  'hint.sampleRate': 'Se toma la más cercana que tiene el formato. Más que la del original no suena mejor.',
  'hint.channels':
    'Menos canales se mezclan a partir de todos; un sonido mono va a los dos lados del estéreo.',
  'hint.bitDepth':
    'Bits de cada muestra. 64, y casi siempre 32, son de coma flotante. Por defecto: como el original.',
  'hint.encoding': 'Cómo se guardan las muestras. Por defecto: como el original.',
  'hint.compressionLevel':
    '0 es lo más rápido; el máximo da el archivo más pequeño, o el mejor sonido para su tamaño.',
  'hint.track':
    'Si el archivo tiene varias: un número desde 1, o un idioma como spa o es. Por defecto: la que el archivo marca.',
  'hint.start': 'Lo anterior se omite, con exactitud.',
  'hint.end': 'Lo posterior se omite, con exactitud.',
  'hint.trimSilence.threshold': 'Lo que es más fuerte es sonido. Por defecto: -60.',
  'hint.trimSilence.keep': 'En cada extremo, si hay tanto. Por defecto: 0.',
  'hint.loudness.target':
    'Como -16 para podcasts, -14 para servicios de música o -23 para emisoras. No junto con una ganancia.',
  'hint.loudness.tolerance':
    'Un archivo así de cercano conserva su nivel, si sus picos lo permiten. Por defecto: 0.',
  'hint.loudness.scope':
    'Una ganancia para todos los archivos de un lote, o una para cada uno. Por defecto: una para cada uno.',
  'hint.loudness.dualMono': 'Dos altavoces reproducen un canal, así que cuenta 3 LU más. Por defecto: no.',
  'hint.loudness.truePeak': 'Un limitador contiene los picos por debajo. Por defecto: -1.',
  'hint.gain': 'Más fuerte o más suave en esos decibelios. No junto con una sonoridad.',
  'hint.replayGain':
    'Los reproductores que la conocen tocan todo igual de fuerte. Por defecto: la del original, mientras su nivel no cambie.',
  'hint.fadeIn': 'Desde el comienzo, después del recorte.',
  'hint.fadeOut': 'Hasta el final, después del recorte.',
  'hint.metadata': 'Título, artista y similares. Por defecto se conservan.',
  'hint.clip': 'Picos que el formato no puede guardar. Por defecto se cortan, y una nota lo dice.',
  'hint.onDamage': 'Por defecto, el resultado tiene todo lo que se puede leer, y una nota dice el resto.',
  'hint.audio':
    'Una copia no pierde nada, y solo se corta entre dos paquetes. Por defecto: una copia si el formato la admite y ninguna opción cambia el sonido.',
  'hint.whenLossy':
    'Para originales como MP3, que pierden algo otra vez. Por defecto se codifican de todos modos.',
  'hint.tagEncoding':
    'Si los títulos salen ilegibles: su codificación, como windows-1251 o shift-jis. Por defecto se detecta.',
  'hint.receipt':
    'Una prueba de ambos archivos que se puede comprobar más tarde. Tarda un poco más. Por defecto: ninguno.',
  'hint.coverArt': 'Por defecto se conserva, si el formato tiene lugar para ella.',
  'hint.chapters': 'Por defecto se conservan, si el formato tiene lugar para ellos.',
  'hint.split': 'Partes, cada una un archivo propio. No junto con un límite de tamaño ni fundidos.',
} as const;
