# Answerback with its own Asterisk, from one Debian suite. The store is another container: see compose.yaml.
FROM debian:forky-slim

RUN apt-get update \
  && apt-get install -y --no-install-recommends asterisk asterisk-modules ca-certificates espeak-ng ffmpeg flite fonts-dejavu-core \
    ghostscript libtiff-tools nodejs npm pocketsphinx pocketsphinx-en-us poppler-utils sox \
  && rm -rf /var/lib/apt/lists/*

WORKDIR /answerback
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN node --import tsx scripts/prompts.ts && npm run -s web:build && npm run -s build \
  && mkdir -p var /data/asterisk/spool && chown -R asterisk:asterisk /data

USER asterisk
# All that is written lies in /data and /tmp: the rest may be read-only.
ENV ANSWERBACK_VAR=/data HOME=/data
VOLUME /data
# Starts Asterisk and the controller, and ends when one of them does.
CMD ["node", "--import", "tsx", "scripts/start.ts"]
