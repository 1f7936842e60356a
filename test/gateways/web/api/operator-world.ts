/** The API with the operator's routes, a subscriber Ann with a message, and an operator alice who may all. */
import { scopes } from '../../../../app/core/access/principal.ts';
import { operatorRoutes } from '../../../../app/gateways/web/api/routes/operator.ts';
import { openApiWorld, type AskOptions } from './world.ts';

/** What was answered, compared field by field. */
export type Body = ReturnType<typeof JSON.parse>;

export async function openOperatorWorld() {
  const world = await openApiWorld(undefined, ({ operating }) => operatorRoutes(operating));
  const ann = await world.subscriber('Ann');
  const message = await world.leave(ann);
  world.people.set('link', { kind: 'link', mailbox: ann.id, message: message.id });
  world.people.set('own key', { kind: 'subscriber', mailbox: ann.id, via: 'key', scopes });
  world.operator('alice', scopes, 'oidc');
  world.operator('nothing', [], 'key');
  const ask = async (method: string, path: string, options: AskOptions = {}) => {
    const answer = await world.ask(method, path, { who: 'alice', ...options });
    const text = await answer.text();
    const isJson = /^application\/(problem\+)?json(;|$)/.test(answer.headers.get('content-type') ?? '');
    const body: Body = isJson ? JSON.parse(text) : {};
    return { status: answer.status, headers: answer.headers, text, body };
  };
  return {
    ...world,
    ann,
    /** As alice, unless somebody else is named. */
    ask,
    /** Who did what, the latest first. */
    async audited(): Promise<string[]> {
      const { body } = await ask('GET', '/audit?limit=100');
      return body.items.map(({ by, outcome }: Body) => `${by} ${outcome}`);
    },
  };
}

export type OperatorWorld = Awaited<ReturnType<typeof openOperatorWorld>>;
