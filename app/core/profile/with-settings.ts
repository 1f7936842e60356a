import type { ClassOfService } from './class-of-service.ts';
import type { Settings } from './settings.ts';

/** The class with what the subscriber has chosen over it. */
export function withSettings(profile: ClassOfService, settings: Settings): ClassOfService {
  const { language, timeZone, notify, quietHours, toll, deliverByCall } = settings;
  return {
    ...profile,
    ...(language === undefined ? {} : { language }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(notify === undefined ? {} : { notify }),
    ...(quietHours === undefined ? {} : { quietHours }),
    ...(toll === undefined ? {} : { toll }),
    ...(deliverByCall === undefined ? {} : { deliverByCall }),
  };
}
