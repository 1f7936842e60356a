/**
 * Faxes as the switch sends and receives them (ITU-T T.30, over T.38 or as sound). A call that carries a fax is over when
 * the fax is: whatever comes back, it can be neither played to nor recorded any more.
 */
import type { FaxFacts } from '../core/message/message.ts';
import type { Take } from './media.ts';

export interface FaxRule {
  /**
   * Names the fax at the switch, and comes back with it if the controller dies: see core/message/recording-tag. Characters
   * A–Z a–z 0–9 . _ ~ + - only, at most 200.
   */
  readonly tag: string;
  /** What we call ourselves to the far machine (CSI, TSI): at most 20 characters, mostly a number. */
  readonly station: string;
  /** Longest time for all pages, in seconds; what came by then is kept. */
  readonly maxSeconds: number;
}

export interface SendFaxRule extends FaxRule {
  /** Printed at the top of each page beside date and page number; at most 50 characters. */
  readonly header: string;
}

/** Pages as they lie at the switch: a TIFF whose media type is `image/tiff`. */
export interface ReceivedFax {
  readonly take: Take;
  readonly pages: number;
  /** Unknown if the connection to the switch was lost meanwhile. */
  readonly facts: FaxFacts | undefined;
}

/** Why a fax failed, or broke off. */
export type FaxTrouble =
  /** Nothing at the far side spoke T.30. */
  | 'no-fax'
  /** The far side hung up, or the call was lost. */
  | 'hung-up'
  /** The two machines could not agree, or a page did not get through. */
  | 'transmission'
  /** It took longer than allowed. */
  | 'time'
  /** The document cannot be sent as it is. */
  | 'document'
  /** The switch does not know, or could not say. */
  | 'unknown';

export type FaxReceived =
  | { readonly kind: 'received'; readonly fax: ReceivedFax }
  /** Only the first pages came. */
  | { readonly kind: 'partly'; readonly fax: ReceivedFax; readonly why: FaxTrouble }
  /** No page came. `detail`: the switch's own words, for the operator. */
  | { readonly kind: 'failed'; readonly why: FaxTrouble; readonly detail: string }
  /** The call was gone before it began, or this controller let go of it. */
  | { readonly kind: 'gone' };

/** How a fax that we sent ended. */
export type FaxSent =
  /** The far machine has confirmed every page. */
  | { readonly kind: 'sent'; readonly pages: number; readonly facts: FaxFacts | undefined }
  /** `pages`: so many were confirmed before. */
  | {
      readonly kind: 'failed';
      readonly why: FaxTrouble;
      readonly pages: number;
      readonly detail: string;
      readonly facts: FaxFacts | undefined;
    }
  | { readonly kind: 'gone' };
