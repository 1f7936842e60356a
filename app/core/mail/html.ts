/** A mail as HTML that every program shows: one table, nothing from outside, colours of the reader's own. */
export interface MailRow {
  readonly name: string;
  readonly value: string;
  /** URI that the value leads to. */
  readonly link?: string;
}

export interface MailPage {
  /** BCP 47 tag. */
  readonly language: string;
  readonly title: string;
  readonly rows: readonly MailRow[];
  readonly words: string;
  /** Over the words. */
  readonly heading?: string | undefined;
  /** Small print. */
  readonly notes: readonly string[];
}

const font = "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif";
/** Grey that can be read on white and on black. */
const faint = 'color:#767676';

export function mailHtml({ language, title, rows, words, heading, notes }: MailPage): string {
  const lines = rows.map(
    ({ name, value, link }) =>
      `<tr><td style="padding:4px 16px 4px 0;vertical-align:top;white-space:nowrap;${faint}">${escape(name)}</td>` +
      `<td style="padding:4px 0;vertical-align:top">${
        link === undefined ? escape(value) : `<a href="${escape(link)}">${escape(value)}</a>`
      }</td></tr>`,
  );
  const table =
    lines.length === 0
      ? ''
      : `<table role="presentation" cellspacing="0" cellpadding="0" border="0" style="${font}">${lines.join('')}</table>`;
  const said =
    words === ''
      ? ''
      : (heading === undefined
          ? ''
          : `<p style="${font};${faint};margin:16px 0 4px">${escape(heading)}</p>`) +
        `<p style="${font};margin:${heading === undefined ? '16px' : '0'} 0 16px;white-space:pre-wrap">${escape(words)}</p>`;
  const small = notes.map(
    (note) => `<p style="${font};font-size:13px;${faint};margin:8px 0">${escape(note)}</p>`,
  );
  return (
    `<!DOCTYPE html><html lang="${escape(language)}"><head><meta charset="utf-8">` +
    '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">' +
    `<meta name="supported-color-schemes" content="light dark"><title>${escape(title)}</title></head>` +
    `<body style="margin:0;padding:24px"><div style="max-width:640px">` +
    `<h1 style="${font};font-size:20px;font-weight:600;margin:0 0 16px">${escape(title)}</h1>` +
    `${table}${said}${small.join('')}</div></body></html>`
  );
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
