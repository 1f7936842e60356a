/** Regions that Google speaks where a tag names a part of the world (UN M.49) instead. */
const instead: Readonly<Record<string, string>> = { '419': 'US', '001': 'US', '150': 'GB' };

/** A tag as Google wants it, with a region: `es` is `es-ES`, `es-419` is `es-US`. */
export function languageCode(tag: string): string {
  try {
    const { language, region = '' } = new Intl.Locale(tag).maximize();
    return `${language}-${instead[region] ?? region}`;
  } catch {
    // Not well-formed: the far side says so.
    return tag;
  }
}
