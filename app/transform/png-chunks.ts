/** Whether a PNG (ISO/IEC 15948) has chunks of these types alone: others say more than pixels do, as animation and colours. */
export function hasOnly(bytes: Uint8Array, types: readonly string[]): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at < bytes.length;) {
    if (at + 12 > bytes.length) return false;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (!types.includes(type)) return false;
    at += 12 + view.getUint32(at);
  }
  return true;
}
