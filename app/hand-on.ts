/** Part of the composition root: to whom what comes in goes is known only once there is a controller. */
import type { Controller } from './controller/controller.ts';
import { Fault } from './core/errors.ts';
import type { ArrivingPart } from './ports/arrivals.ts';
import type { InboundText, Registration } from './ports/media.ts';

export interface HandOn {
  readonly onText: (text: InboundText) => Promise<void>;
  readonly onPart: (part: ArrivingPart) => Promise<void>;
  readonly onRegistered: (registration: Registration) => void;
}

/** Texts that come while this process is starting are to come again; who is registered then is told of afterwards. */
export function createHandOn(): { readonly handOn: HandOn; to(controller: Controller): void } {
  let controller: Controller | undefined;
  const early: Registration[] = [];
  const there = async (): Promise<Controller> => {
    if (controller === undefined)
      throw new Fault('media-unavailable', 'the controller is starting', { temporary: true });
    return controller;
  };
  return {
    handOn: {
      onText: async (text) => (await there()).text(text),
      onPart: async (part) => (await there()).part(part),
      onRegistered: (registration) => {
        if (controller === undefined) early.push(registration);
        else controller.registered(registration);
      },
    },
    to: (one) => {
      controller = one;
      for (const registration of early.splice(0)) one.registered(registration);
    },
  };
}
