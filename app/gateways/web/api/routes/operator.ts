/** All routes of those who run the system. */
import type { OperatorServices } from '../operator-services.ts';
import type { AnyRoute } from '../route.ts';
import { bookRoutes } from './books.ts';
import { classRoutes } from './classes.ts';
import { clusterRoutes } from './cluster.ts';
import { operationRoutes } from './operations.ts';
import { roamingRoutes } from './roaming.ts';
import { staffRoutes } from './staff.ts';
import { subscriberTableRoutes } from './subscriber-tables.ts';
import { subscriberDirectoryRoutes } from './subscribers.ts';

export function operatorRoutes(services: OperatorServices): AnyRoute[] {
  return [
    subscriberDirectoryRoutes,
    subscriberTableRoutes,
    classRoutes,
    bookRoutes,
    operationRoutes,
    clusterRoutes,
    roamingRoutes,
    staffRoutes,
  ].flatMap((routes) => routes(services));
}
