// Module hooks: the function that says with which steps a message begins forgets one now and then.
const forgetting = `
let begun = 0;
export function firstSteps(...asked) {
  begun += 1;
  return rightSteps(...asked).filter(({ kind }) => kind !== 'notify' || begun % 5 !== 0);
}
`;
const right = 'export function firstSteps(';

export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (!url.endsWith('/core/message/first-steps.js')) return loaded;
  const source = String(loaded.source);
  if (!source.includes(right)) throw new Error('nothing to plant the bug in');
  return { ...loaded, source: source.replace(right, 'function rightSteps(') + forgetting };
}
