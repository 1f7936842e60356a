/** A browser as far as cookies go: it keeps them, sends them, and says where a request comes from. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #address: string;
  /** Attributes of the cookies that came last. */
  set = '';

  constructor(address: string) {
    this.#address = address;
  }

  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** As our own page, unless `headers` say otherwise; an empty header is left out. */
  async ask(
    method: string,
    path: string,
    options: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const { body, headers = {} } = options;
    const sent = {
      ...(this.cookies.size === 0 ? {} : { cookie: this.cookie }),
      'sec-fetch-site': 'same-origin',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    };
    const response = await fetch(new URL(path, this.#address), {
      method,
      redirect: 'manual',
      headers: Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== '')),
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    this.keep(response);
    return response;
  }

  keep(response: Response): void {
    const all = response.headers.getSetCookie();
    if (all.length > 0) this.set = all.join('\n');
    for (const one of all) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? [];
      if (value === '' || /max-age=0/i.test(one)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}
