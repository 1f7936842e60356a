/** Takes content from its type to another, by the cheapest way that works. */
import { mediaType } from '../core/conversion/media-type.ts';
import { wayTo, type Step } from '../core/conversion/way.ts';
import { Fault } from '../core/errors.ts';
import type { Content, Converter, ConvertOptions, Edge } from '../ports/convert.ts';
import type { Log } from '../ports/log.ts';

/** An edge and who takes it. */
export interface Leg extends Edge {
  readonly edge: Edge;
  readonly converter: Converter;
}

/** All that several converters can do, as one graph. */
export function legsOf(converters: readonly Converter[]): readonly Leg[] {
  return converters.flatMap((converter) => converter.edges.map((edge) => ({ ...edge, edge, converter })));
}

/**
 * Where a step fails for good, the next cheapest way without it is tried.
 * @returns `undefined` if no way leads there
 * @throws Fault of the first step that failed on the content, else of the first whose program is not here, if none is left;
 * a temporary one at once
 */
export async function convert(
  { legs, log }: { readonly legs: readonly Leg[]; readonly log: Log },
  content: Content,
  form: string,
  options: ConvertOptions,
): Promise<Content | undefined> {
  const failures: Failure[] = [];
  const made = new Map<string, Content>();
  for (;;) {
    const way = wayTo(legs, mediaType(content.contentType), form, ({ from, leg }) =>
      failures.some(({ step }) => step.leg === leg && step.from === from),
    );
    if (way === undefined) break;
    const result = await follow(way, content, options, made);
    if (!('step' in result)) return result;
    const { step, fault } = result;
    log.debug('a conversion takes another way', { from: step.from, to: step.leg.to, error: fault });
    failures.push(result);
  }
  const failure = failures.find(({ fault }) => fault.code !== 'not-found') ?? failures[0];
  if (failure === undefined) return undefined;
  throw failure.fault;
}

interface Failure {
  readonly step: Step<Leg>;
  readonly fault: Fault;
}

/** @param made what earlier ways have come to, by their beginnings */
async function follow(
  way: readonly Step<Leg>[],
  content: Content,
  options: ConvertOptions,
  made: Map<string, Content>,
): Promise<Content | Failure> {
  let here = content;
  let passed = '';
  for (const step of way) {
    const { edge, converter } = step.leg;
    passed += `${edge.from}>${edge.to};`;
    let next = made.get(passed);
    if (next === undefined) {
      options.signal?.throwIfAborted();
      try {
        next = await converter.convert(here, edge, options);
      } catch (error) {
        if (!(error instanceof Fault) || error.temporary) throw error;
        return { step, fault: error };
      }
      made.set(passed, next);
    }
    here = next;
  }
  return here;
}
