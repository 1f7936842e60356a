/** What somebody wrote above the mail that they answer: without what is quoted of it, and without their signature. */

/** Lines that mail programs put over the mail that is answered. */
const divider =
  /^(-{2,} ?(original message|mensaje original|message d'origine|ursprüngliche nachricht)\b|_{10,}$)/i;
const beginsDate = /^(on|el|le|am)\b/i;
const wrote = /^(on|el|le|am)\b.{4,600}\s(wrote|escribió|a écrit|schrieb)(?!\p{L}).{0,80}:$/iu;
/** It begins what is quoted only where other headers of that mail follow. */
const from = /^(from|de|von): .{1,200}$/i;
const afterFrom = /^(sent|date|to|subject|enviado|fecha|para|asunto|gesendet|an): /i;
const longestLine = 300;
/** Such a line may be folded; so many lines are read as one. */
const folded = 3;
/** RFC 3676, section 4.3, and what telephones add. */
const signature = /^(-- ?|sent from my \S.{0,40}|enviado desde mi \S.{0,40}|get outlook for \S.{0,20})$/i;

/** Linear in the length of the text, of which it reads so many characters. */
const mostCharacters = 200_000;

export function replyWords(text: string): string {
  const lines = text.slice(0, mostCharacters).replace(/\r\n?/g, '\n').split('\n');
  const kept: string[] = [];
  for (const [i, line] of lines.entries()) {
    if (signature.test(line.trimEnd()) || isIntroduction(lines, i)) break;
    if (/^\s*>/.test(line)) continue;
    kept.push(line);
  }
  return kept.join('\n').trim();
}

function isIntroduction(lines: readonly string[], at: number): boolean {
  const first = (lines[at] ?? '').trim();
  if (first === '' || first.length > longestLine) return false;
  if (divider.test(first)) return true;
  if (from.test(first)) return afterFrom.test((lines[at + 1] ?? '').trim());
  if (!beginsDate.test(first)) return false;
  for (let more = 1; more <= folded; more += 1) {
    const last = (lines[at + more - 1] ?? '').trim();
    // "On my way" above "On Monday … wrote:" is no part of it.
    if (more > 1 && (last === '' || beginsDate.test(last))) return false;
    const whole = lines
      .slice(at, at + more)
      .map((line) => line.trim().slice(0, longestLine))
      .join(' ');
    if (wrote.test(whole)) return true;
  }
  return false;
}

/** The first line with something in it. */
export function firstLine(text: string): string {
  return (
    text
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? ''
  );
}
