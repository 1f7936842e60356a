/** Processor time of this process in milliseconds: it does not go on while the machine does something else. */
export function cpuNow(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
