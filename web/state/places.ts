/** Where in the page somebody is, by the address. */
export const folders = ['inbox', 'new', 'saved', 'trash'] as const;
export type Folder = (typeof folders)[number];

export type Place =
  | { readonly kind: 'messages'; readonly folder: Folder; readonly message: string | undefined }
  | { readonly kind: 'greetings' }
  | { readonly kind: 'settings' }
  /** The link of a notice. */
  | { readonly kind: 'link'; readonly token: string }
  | { readonly kind: 'nowhere' };

const id = /^[\w-]{1,64}$/;

export function placeOf(path: string): Place {
  const [first = '', second, ...more] = path.split('/').filter((one) => one !== '');
  if (more.length > 0) return { kind: 'nowhere' };
  if (first === '') return { kind: 'messages', folder: 'inbox', message: undefined };
  if (first === 'm' && second !== undefined) return { kind: 'link', token: second };
  const folder = folders.find((one) => one === first);
  if (folder !== undefined && (second === undefined || id.test(second)))
    return { kind: 'messages', folder, message: second };
  if (second === undefined && (first === 'greetings' || first === 'settings')) return { kind: first };
  return { kind: 'nowhere' };
}

export function addressOf(folder: Folder, message?: string): string {
  return message === undefined ? `/${folder}` : `/${folder}/${message}`;
}
