/** Part of the composition root: the web server with signing in, the API and streams of events. */
import type { Config, Secrets } from './config.ts';
import type { Controller } from './controller/controller.ts';
import { eventRoutes } from './gateways/web/api/routes/events.ts';
import { operatorRoutes } from './gateways/web/api/routes/operator.ts';
import { subscriberRoutes } from './gateways/web/api/routes/subscriber.ts';
import { createStreams } from './gateways/web/api/stream/streams.ts';
import { openWeb, type Web } from './gateways/web/open.ts';
import { openSignIn } from './gateways/web/sign-in/open.ts';
import type { Certificate } from './ports/certificates.ts';
import type { TextReport } from './ports/gateway.ts';
import type { Log } from './ports/log.ts';
import type { Health } from './telemetry/health.ts';
import { systemClock as clock } from './telemetry/system-clock.ts';

/** The web server with the API. */
export function serveWeb(
  config: Config,
  secrets: Secrets,
  controller: Controller,
  deps: {
    readonly log: Log;
    readonly health: Health;
    readonly tls: Certificate | undefined;
    readonly onReport: (report: TextReport) => Promise<void>;
  },
): Promise<Web> {
  const { log, health, tls, onReport } = deps;
  const { oidcClientSecret } = secrets;
  const { api: limits, ...listen } = config.web;
  const { twilio } = config;
  const slice = { ...listen, tls, api: { limits }, twilio, twilioAuthToken: secrets.twilio?.authToken };
  const { admission, serving, operating, happening } = controller;
  const streams = createStreams({ ...happening, log });
  const signIn = openSignIn({ ...listen, oidcClientSecret }, { ...admission, clock, log });
  const { guard, routes } = signIn;
  return openWeb(slice, {
    log,
    api: {
      guard,
      routes: [
        ...routes,
        ...subscriberRoutes(serving),
        ...eventRoutes({ streams, auditor: operating.auditor }),
        ...operatorRoutes(operating),
      ],
      close: () => streams.close(),
    },
    onText: (text) => controller.text(text),
    onReport,
    ready: () => health.ready(),
  });
}
