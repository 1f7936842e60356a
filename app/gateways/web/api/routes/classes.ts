/** Classes of service. */
import type { ClassOfService } from '../../../../core/profile/class-of-service.ts';
import { noteDone } from '../done-by.ts';
import { HttpProblem } from '../../problem.ts';
import type { OperatorServices } from '../operator-services.ts';
import { problemsOf } from '../problems-of.ts';
import { route, type AnyRoute } from '../route.ts';
import { classBody, classKept, classList, classPath } from '../schema/class.ts';
import { ifMatch } from '../schema/common.ts';
import { otherVersion, tagged, versionFrom } from '../versions.ts';

const reading = { access: 'operator', scope: 'subscribers:read', tag: 'classes' } as const;
const writing = { ...reading, scope: 'operations:write' } as const;

export function classRoutes(services: OperatorServices): AnyRoute[] {
  const { classes } = services;
  return [
    route({
      ...reading,
      method: 'GET',
      url: '/classes',
      name: 'listClasses',
      summary: 'List classes of service',
      answers: { 200: classList },
      async handle(_asked, reply) {
        const { classes: all, version } = await classes.list();
        const items = all.map(({ profile, source }) => ({ name: profile.name, source, profile }));
        return tagged(reply, version).send({ items, version });
      },
    }),
    route({
      ...writing,
      method: 'PUT',
      url: '/classes/:name',
      name: 'putClass',
      summary: 'Make or replace a class of service',
      describe: 'It holds for the next call, on all controllers within a second.',
      params: classPath,
      headers: ifMatch,
      body: classBody,
      answers: { 200: classKept },
      async handle({ request, params: { name }, body }, reply) {
        const { version: now } = await classes.list();
        // Each field is judged by the service, as those of the file are.
        const profile = { ...body, name } as unknown as ClassOfService;
        const put = await classes.put(profile, versionFrom(request, now));
        if (put.kind === 'invalid') throw problemsOf(put.problems);
        if (put.kind === 'other-version') throw otherVersion();
        noteDone(services, request, 'class-put', { subject: name });
        return tagged(reply, put.version).send({ name, version: put.version });
      },
    }),
    route({
      ...writing,
      method: 'DELETE',
      url: '/classes/:name',
      name: 'removeClass',
      summary: 'Remove a class of service from the store',
      describe: 'One of the same name in the configuration file holds again.',
      params: classPath,
      headers: ifMatch,
      answers: { 204: 'nothing' },
      async handle({ request, params: { name } }, reply) {
        const { classes: all, version: now } = await classes.list();
        const found = all.find(({ profile }) => profile.name === name);
        if (found === undefined) throw new HttpProblem(404, 'There is no such class.');
        if (found.source === 'file')
          throw new HttpProblem(409, 'It stands in the configuration file, and is removed there.');
        const removed = await classes.remove(name, versionFrom(request, now));
        if (removed.kind === 'other-version') throw otherVersion();
        noteDone(services, request, 'class-removed', { subject: name });
        return reply.status(204).send();
      },
    }),
  ];
}
