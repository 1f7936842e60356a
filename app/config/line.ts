/** A trunk of the telephone network itself: spans of a DAHDI card that Asterisk speaks SS7, ISDN or R2 on. */
import { z } from 'zod';

/** Signalling of a line: ISUP over MTP (ITU-T Q.767, ANSI T1.113), ISDN (Q.931) as user or network, MFC/R2 (Q.400). */
export const signallings = ['ss7-itu', 'ss7-ansi', 'pri-user', 'pri-network', 'r2'] as const;

const pointCode = z.string().regex(/^(\d{1,8}|\d{1,3}-\d{1,3}-\d{1,3})$/, 'a point code, as 1-2-3 or 2057');

const ss7 = z.strictObject({
  pointCode: pointCode.describe('Our own point code.'),
  adjacentPointCode: pointCode.describe('Of the signalling point at the other end of the link.'),
  destinationPointCode: pointCode.optional().describe('Of the exchange; the adjacent one if absent.'),
  network: z
    .enum(['international', 'international_spare', 'national', 'national_spare'])
    .default('national')
    .describe('Network indicator.'),
  firstCircuit: z
    .int()
    .min(0)
    .max(16_383)
    .default(1)
    .describe('Circuit identification code (CIC) of the first time slot of the first span.'),
  perSpan: z
    .int()
    .min(24)
    .max(32)
    .optional()
    .describe('CICs from one span to the next; 32 on an E1 and 24 on a T1 if absent.'),
});

const r2 = z.strictObject({
  variant: z
    .enum(['itu', 'ar', 'br', 'cn', 'cz', 'co', 'ec', 'id', 'mx', 'ph', 've'])
    .default('itu')
    .describe('Variant of the country.'),
  callerDigits: z.int().min(0).max(20).default(10).describe('Most digits of the calling number (ANI).'),
  calledDigits: z.int().min(1).max(20).default(4).describe('Most digits of the called number (DNIS).'),
});

export const line = z
  .strictObject({
    signalling: z.enum(signallings).describe('What is spoken on it.'),
    carrier: z.enum(['e1', 't1']).default('e1').describe('What the spans are.'),
    spans: z.array(z.int().min(1).max(128)).min(1).max(32).describe('Numbers of its spans at the card.'),
    switchType: z
      .enum(['euroisdn', 'national', 'ni1', 'dms100', '4ess', '5ess', 'qsig'])
      .default('euroisdn')
      .describe('ISDN: what the exchange is.'),
    ss7: ss7.optional().describe('SS7: addresses and circuits; needed there.'),
    r2: r2.prefault({}).describe('R2: variant and digits.'),
  })
  .refine((l) => !l.signalling.startsWith('ss7') || l.ss7 !== undefined, 'SS7 needs a section `ss7`')
  .refine((l) => l.signalling !== 'r2' || l.carrier === 'e1', 'R2 runs on E1 alone')
  .refine((l) => new Set(l.spans).size === l.spans.length, 'each span once');

export type Line = Readonly<Omit<z.output<typeof line>, 'spans'>> & { readonly spans: readonly number[] };
