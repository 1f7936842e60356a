/** Reads queries of Prometheus: enough of PromQL for what is in docs/, and an error for whatever is not of it. */

export interface Query {
  /** Metrics that are asked for, with the labels that choose among their series. */
  readonly selectors: readonly { readonly metric: string; readonly labels: readonly string[] }[];
  /** Labels that results are put together by. */
  readonly grouped: readonly string[];
}

const token =
  /\s*(?:(\d+[smhdwy](?=[^\w]|$)|\$__rate_interval)|([\d.]+(?:e[+-]?\d+)?)|([a-z_:][\w:]*)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(==|!=|<=|>=|=~|!~|[-+*/%^<>=(){}[\],]))/giy;

const aggregations = new Set(['sum', 'min', 'max', 'avg', 'count', 'topk', 'bottomk', 'quantile']);
/** What each function takes: a vector over time, or one of an instant. */
const functions: Readonly<Record<string, 'range' | 'instant'>> = {
  rate: 'range',
  increase: 'range',
  delta: 'range',
  min_over_time: 'range',
  max_over_time: 'range',
  histogram_quantile: 'instant',
  absent: 'instant',
  clamp_min: 'instant',
};
const comparisons = new Set(['==', '!=', '<', '>', '<=', '>=']);
const binary = new Set([...comparisons, '+', '-', '*', '/', '%', '^', 'and', 'or', 'unless']);

interface Token {
  readonly kind: 'duration' | 'number' | 'name' | 'string' | 'sign' | 'end';
  readonly text: string;
}

/** @throws Error with what was wrong */
export function parseQuery(text: string): Query {
  const reader = new Reader(text);
  reader.expression('instant');
  reader.take('end');
  return { selectors: reader.selectors, grouped: reader.grouped };
}

type Kind = 'instant' | 'range' | 'scalar';

class Reader {
  readonly selectors: { metric: string; labels: string[] }[] = [];
  readonly grouped: string[] = [];
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = [...tokens(text)];
  }

  expression(wanted?: Kind): Kind {
    let kind = this.#operand();
    while (binary.has(this.#next.text)) {
      this.take();
      if (kind === 'range') throw new Error('a range vector has no operators');
      if (this.#operand() === 'range') throw new Error('a range vector has no operators');
      kind = 'instant';
    }
    if (wanted === 'range' && kind !== 'range') throw new Error('a range vector is wanted');
    if (wanted === 'instant' && kind === 'range') throw new Error('an instant vector is wanted');
    return kind;
  }

  take(kind?: Token['kind'], text?: string): string {
    const next = this.#next;
    if ((kind !== undefined && next.kind !== kind) || (text !== undefined && next.text !== text))
      throw new Error(`${text ?? kind} is wanted where “${next.text}” stands`);
    this.#at += 1;
    return next.text;
  }

  get #next(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '' };
  }

  #operand(): Kind {
    if (this.#next.kind === 'number') {
      this.take();
      return 'scalar';
    }
    if (this.#next.text === '(') {
      this.take();
      const kind = this.expression();
      this.take('sign', ')');
      return kind;
    }
    const name = this.take('name');
    if (aggregations.has(name)) return this.#aggregation(name);
    if (this.#next.text === '(') return this.#call(name);
    return this.#selector(name);
  }

  #aggregation(name: string): Kind {
    const grouped = this.#grouping();
    this.take('sign', '(');
    if (['topk', 'bottomk', 'quantile'].includes(name)) {
      this.expression('scalar');
      this.take('sign', ',');
    }
    this.expression('instant');
    this.take('sign', ')');
    if (!grouped) this.#grouping();
    return 'instant';
  }

  #grouping(): boolean {
    if (this.#next.text !== 'by' && this.#next.text !== 'without') return false;
    this.take();
    this.take('sign', '(');
    this.grouped.push(...this.#list(() => this.take('name')));
    this.take('sign', ')');
    return true;
  }

  #call(name: string): Kind {
    const takes = functions[name];
    if (takes === undefined) throw new Error(`there is no function ${name}`);
    this.take('sign', '(');
    const kinds = this.#list(() => this.expression());
    this.take('sign', ')');
    if (kinds.at(name === 'clamp_min' ? 0 : -1) !== takes)
      throw new Error(`${name} wants a vector: ${takes}`);
    return 'instant';
  }

  #selector(metric: string): Kind {
    const labels: string[] = [];
    if (this.#next.text === '{') {
      this.take();
      labels.push(
        ...this.#list(() => {
          const label = this.take('name');
          if (!['=', '!=', '=~', '!~'].includes(this.take('sign'))) throw new Error('no matcher');
          this.take('string');
          return label;
        }),
      );
      this.take('sign', '}');
    }
    this.selectors.push({ metric, labels });
    let kind: Kind = 'instant';
    if (this.#next.text === '[') {
      this.take();
      this.take('duration');
      this.take('sign', ']');
      kind = 'range';
    }
    if (this.#next.text === 'offset') {
      this.take();
      this.take('duration');
    }
    return kind;
  }

  #list<T>(one: () => T): T[] {
    const all = [one()];
    while (this.#next.text === ',') {
      this.take();
      all.push(one());
    }
    return all;
  }
}

function* tokens(text: string): Generator<Token> {
  const whole = text.trimEnd();
  for (token.lastIndex = 0; token.lastIndex < whole.length;) {
    const at = token.lastIndex;
    const found = token.exec(whole);
    if (found === null) throw new Error(`not PromQL: ${whole.slice(at)}`);
    const [, duration, number, name, string, sign = ''] = found;
    if (duration !== undefined) yield { kind: 'duration', text: duration };
    else if (number !== undefined) yield { kind: 'number', text: number };
    else if (name !== undefined) yield { kind: 'name', text: name };
    else if (string !== undefined) yield { kind: 'string', text: string };
    else yield { kind: 'sign', text: sign };
  }
}
