/** The section `webhooks` of the configuration. */
import { z } from 'zod';
import { eventTypes } from '../core/event/event.ts';
import { hookNameOf } from '../core/notification/hook.ts';
import { name } from './forms.ts';

const hook = z.strictObject({
  name: name.describe('Its name; its secret is WEBHOOK_SECRET_NAME, in capitals with _ for -.'),
  url: z
    .url({ protocol: /^https?$/ })
    .describe('Where events are posted to; may lead inside, as you have chosen it.'),
  events: z
    .array(z.enum(eventTypes))
    .optional()
    .describe('Types of events that are posted; all if absent. An empty list: notices of rules alone.'),
});

export const webhooks = z
  .strictObject({
    hooks: z.array(hook).max(32).default([]).describe('Programs that are told what happens.'),
    timeoutMs: z
      .int()
      .min(100)
      .max(20_000)
      .default(10_000)
      .describe('Longest wait for the answer to one request, in milliseconds.'),
  })
  .prefault({})
  .describe('Webhooks: what happens, posted to programs; see docs/events.md.');

/** The variable that has the secret of a hook. */
export function secretVariable(hook: string): string {
  return `WEBHOOK_SECRET_${hook.toUpperCase().replaceAll('-', '_')}`;
}

/** Stands for the secrets of all hooks, where nothing is done with them. */
export const anyHooksSecret = 'WEBHOOK_SECRET_*';

interface WithRules {
  readonly webhooks: z.output<typeof webhooks>;
  readonly classes: Readonly<
    Record<string, { readonly notify: readonly { readonly gateway: string; readonly to: string }[] }>
  >;
}

/** What contradicts itself: path, what was found, what is allowed. */
export function webhookProblems(
  { webhooks: { hooks }, classes }: WithRules,
  env: Readonly<Record<string, string | undefined>>,
): [string, unknown, string][] {
  const wrong: [string, unknown, string][] = [];
  const names = hooks.map(({ name }) => name);
  names.forEach((name, i) => {
    if (names.indexOf(name) !== i) wrong.push([`webhooks.hooks[${i}].name`, name, 'a name of its own']);
    if (!env[secretVariable(name)] && !env[anyHooksSecret])
      wrong.push([`webhooks.hooks[${i}]`, 'no secret', `${secretVariable(name)} in the environment`]);
  });
  for (const [key, { notify }] of Object.entries(classes))
    for (const [i, { gateway, to }] of notify.entries()) {
      if (gateway !== 'webhook') continue;
      const hook = hookNameOf(to);
      const path = `classes.${key}.notify[${i}].to`;
      if (hook === undefined && !env['WEBHOOK_SECRET'])
        wrong.push([path, to, 'WEBHOOK_SECRET in the environment, or the name of a hook']);
      if (hook !== undefined && !names.includes(hook))
        wrong.push([path, to, `hook: and one of ${names.join(', ')}`]);
    }
  return wrong;
}
