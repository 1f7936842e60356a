/** `a=b,c='d, e'`, with `\'` inside quotes. */
export function settingsOf(text: string): Map<string, string> {
  const settings = new Map<string, string>();
  for (const [, name = '', quoted, plain = ''] of text.matchAll(/([\w-]+)=(?:'((?:\\.|[^'\\])*)'|([^,]*))/g))
    settings.set(name, quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, '$1'));
  return settings;
}
