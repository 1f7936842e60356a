# FreeSWITCH from its sources: no registry has packages of it without an account. The modules are those of
# freeswitch/autoload_configs/modules.conf.xml, no others.
FROM debian:bookworm-slim AS build

RUN apt-get update \
  && apt-get install -y --no-install-recommends autoconf automake build-essential ca-certificates git libcurl4-openssl-dev \
    libedit-dev libjpeg-dev libpcre2-dev libsndfile1-dev libspeex-dev libspeexdsp-dev libsqlite3-dev libssl-dev libtiff-dev libtool \
    libtool-bin pkg-config uuid-dev yasm zlib1g-dev \
  && rm -rf /var/lib/apt/lists/*

# By commit, which names all that is in it: branches and tags move.
SHELL ["/bin/bash", "-ec"]
RUN fetch() { git init -q "/src/$2" && cd "/src/$2" && git fetch -q --depth 1 "https://github.com/$1/$2.git" "$3" && git checkout -q FETCH_HEAD; } \
  && fetch freeswitch sofia-sip 7333682a297f28130ff46d5ef0f9e2f72adca0e8 \
  && fetch freeswitch spandsp 0c7bcebef4f057b99832a338aafab7e379ef1395 \
  && fetch signalwire freeswitch 3f13ad1b1d323e435757fc43a2bb829d4ea5b9a8
WORKDIR /src/sofia-sip
RUN ./bootstrap.sh && ./configure --without-doxygen && make -j"$(nproc)" install
WORKDIR /src/spandsp
RUN ./bootstrap.sh && ./configure && make -j"$(nproc)" install
# v1.11.2
WORKDIR /src/freeswitch
RUN printf '%s\n' \
    loggers/mod_console loggers/mod_logfile event_handlers/mod_event_socket endpoints/mod_sofia applications/mod_sms \
    applications/mod_commands applications/mod_dptools dialplans/mod_dialplan_xml formats/mod_sndfile formats/mod_tone_stream \
    applications/mod_spandsp applications/mod_http_cache > modules.conf \
  && ldconfig && ./bootstrap.sh -j && ./configure --prefix=/usr/local/freeswitch && make -j"$(nproc)" && make install

FROM debian:bookworm-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates libcurl4 libedit2 libjpeg62-turbo libpcre2-8-0 libsndfile1 libspeex1 \
    libspeexdsp1 libsqlite3-0 libssl3 libtiff6 libuuid1 \
  && rm -rf /var/lib/apt/lists/*
COPY --from=build /usr/local /usr/local
RUN ldconfig && mkdir -p /var/lib/freeswitch/answerback /var/lib/freeswitch/db /var/log/freeswitch
CMD ["/usr/local/freeswitch/bin/freeswitch", "-nonat", "-nf", "-c", "-conf", "/etc/freeswitch", "-log", "/var/log/freeswitch", "-db", "/var/lib/freeswitch/db"]
