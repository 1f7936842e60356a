/** Ports for SIP, outside the ranges for sound and for outgoing connections. */
import { isFree } from '../stack/ports.ts';

/** The port that telephones try by themselves. */
const usual = 5060;
const range = { first: 5062, last: 9998 };

/** An even port of 127.0.0.1 whose neighbour is free too: baresip takes it for TLS. */
export async function freeSipPort(): Promise<number> {
  for (;;) {
    const port = range.first + 2 * Math.floor((Math.random() * (range.last - range.first)) / 2);
    if ((await isFree('udp', port)) && (await isFree('tcp', port)) && (await isFree('tcp', port + 1)))
      return port;
  }
}

/** 5060 if it is free. */
export async function freeSwitchPort(): Promise<number> {
  return (await isFree('udp', usual)) ? usual : freeSipPort();
}
