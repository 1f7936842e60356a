/** The written words of a message: its part `text/plain` in UTF-8. */

/** Most bytes that are kept of one text. */
const mostBytes = 10_240;

/**
 * @param most bytes that are kept of it
 * @returns the text in UTF-8, cut between two characters where it is too long. Unpaired surrogates become U+FFFD.
 */
export function bytesOfText(
  text: string,
  most = mostBytes,
): { readonly bytes: Uint8Array; readonly cut: boolean } {
  const whole = new TextEncoder().encode(text);
  if (whole.length <= most) return { bytes: whole, cut: false };
  let end = most;
  // Continuation bytes of UTF-8 begin with the bits 10.
  while (end > 0 && ((whole[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return { bytes: whole.slice(0, end), cut: true };
}

/** What a part says, in plain words: control characters but line ends become spaces. */
export function wordsOf(bytes: Uint8Array): string {
  return new TextDecoder()
    .decode(bytes.subarray(0, mostBytes))
    .replace(/\r\n?/g, '\n')
    .replace(/(?!\n)\p{Cc}/gu, ' ')
    .trim();
}
