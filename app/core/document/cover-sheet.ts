/** The page before a fax that says from whom and for whom it is. Drawn by app/transform. */

export interface CoverSheet {
  /** At its head, as `Fax`, in the language of who reads it. */
  readonly title: string;
  /** Label and text, as `From` and a number: in this order, one below the other. */
  readonly rows: readonly (readonly [label: string, text: string])[];
  /** What is written below; may have several paragraphs. */
  readonly words?: string;
}

/** Media type of a cover sheet that is not drawn yet. */
export const coverSheetType = 'application/vnd.answerback.cover+json';

/** The sheet as content, to be turned into `application/pdf`. */
export function coverPage(sheet: CoverSheet): { readonly contentType: string; readonly bytes: Uint8Array } {
  return { contentType: coverSheetType, bytes: new TextEncoder().encode(JSON.stringify(sheet)) };
}

/** `undefined` if it is none. */
export function readCoverSheet(bytes: Uint8Array): CoverSheet | undefined {
  try {
    const sheet = JSON.parse(new TextDecoder().decode(bytes)) as Partial<CoverSheet> | null;
    const { title, rows, words } = sheet ?? {};
    if (typeof title !== 'string' || !Array.isArray(rows)) return undefined;
    if (words !== undefined && typeof words !== 'string') return undefined;
    const texts = (rows as unknown[]).every(
      (row) => Array.isArray(row) && row.length === 2 && row.every((one) => typeof one === 'string'),
    );
    return texts ? { title, rows, ...(words === undefined ? {} : { words }) } : undefined;
  } catch {
    return undefined;
  }
}
