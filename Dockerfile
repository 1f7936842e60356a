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
RUN node --import tsx scripts/prompts.ts && npm run -s web:build && chown -R asterisk:asterisk /answerback

USER asterisk
VOLUME /answerback/var/asterisk/spool
# Starts Asterisk and the controller, and ends when one of them does.
CMD ["node", "--import", "tsx", "scripts/start.ts"]
