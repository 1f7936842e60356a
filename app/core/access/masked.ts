/** `+1202•••••47`: enough to tell one call from another. What is dialled may be a reference: of that nothing is told. */
export function masked(number: string): string {
  if (!/^\+?\d{7,15}$/.test(number)) return '•••';
  const head = number.slice(0, number.startsWith('+') ? 5 : 3);
  return `${head}${'•'.repeat(Math.max(1, number.length - head.length - 2))}${number.slice(-2)}`;
}
