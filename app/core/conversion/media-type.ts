/** Media types as they are compared: type and subtype in lower case (RFC 2045), without parameters. */

/** @returns e.g. `audio/pcmu` of `audio/PCMU; rate=8000`; what is no media type comes back trimmed and in lower case */
export function mediaType(contentType: string): string {
  const end = contentType.indexOf(';');
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

/** The type before the slash, as `audio`. */
export function topLevel(contentType: string): string {
  const type = mediaType(contentType);
  const slash = type.indexOf('/');
  return slash < 0 ? type : type.slice(0, slash);
}

/** Whether it has a playing time with sound in it. */
export function isTimed(contentType: string): boolean {
  return /^(audio|video)$/.test(topLevel(contentType));
}
