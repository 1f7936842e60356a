/** The way from one page of a list to the next, and back. */
import { Button } from '../../parts/button.tsx';
import { operatorWords } from '../../words/operator.ts';

interface PagesProps {
  readonly next: string | undefined;
  /** Of the pages up to this one; the first has none. */
  readonly cursors: readonly string[];
  readonly set: (cursors: readonly string[]) => void;
  /** In place of the usual ones. */
  readonly words?: { readonly before: string; readonly more: string };
}

export function Pages({ next, cursors, set, words = operatorWords.value }: PagesProps) {
  if (next === undefined && cursors.length === 0) return null;
  return (
    <div class="buttons">
      <Button disabled={cursors.length === 0} onClick={() => set(cursors.slice(0, -1))}>
        {words.before}
      </Button>
      <Button
        disabled={next === undefined}
        onClick={() => {
          // Whoever presses twice before it is there goes on by one page.
          if (next !== undefined && next !== cursors.at(-1)) set([...cursors, next]);
        }}
      >
        {words.more}
      </Button>
    </div>
  );
}
