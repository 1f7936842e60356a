import type { Command } from 'commander';
import { cdrEvents } from '../../core/account/cdr.ts';
import { summaryKinds } from '../../core/account/summary.ts';
import type { Actions } from '../command.ts';
import { moment, oneOf, someOf, whole } from '../options.ts';
import { exportCdrs } from './export.ts';
import { listCdrs } from './list.ts';
import { rebuildCdrs, summariseCdrs } from './summary.ts';

const examples = `
Examples:
  answerback cdr list --since 12h --event call,text-out
  answerback cdr export -o cdrs-$(date +%F).csv --cursor cdrs.cursor
  answerback cdr summary --by trunk --from 2026-01 --to 2026-03

What waits is numbered and summed up first, unless a controller is at it: nothing that is in the store is left out.`;

export function cdrCommands(program: Command, { withOffice }: Actions): void {
  const group = program
    .command('cdr')
    .description('call detail records: list, export, sums by day and month')
    .addHelpText('after', examples);
  const filtered = (name: string, what: string): Command =>
    group
      .command(name)
      .description(what)
      .option('--since <time>', 'of what began since, as 2026-01-31, 12h or 7d', moment)
      .option('--before <time>', 'of what began before', moment)
      .option('--event <events>', `only these: ${cdrEvents.join(', ')}`, someOf(cdrEvents))
      .option('--number <number>', 'only those of this subscriber')
      .option('--trunk <name>', 'only those of this trunk or gateway');
  filtered('list', 'records in the order of their numbers')
    .option('--limit <count>', 'at most so many', whole(1, 1_000_000), 100)
    .option('--after <number>', 'only those with a higher number', whole(0, Number.MAX_SAFE_INTEGER), 0)
    .action(withOffice(listCdrs));
  filtered('export', 'all of them as a file; where one export ends the next goes on')
    .option('--format <format>', 'csv or jsonl', oneOf(['csv', 'jsonl']), 'csv')
    .option('-o, --output <file>', 'where to; standard output if absent')
    .option('--after <number>', 'only those with a higher number', whole(0, Number.MAX_SAFE_INTEGER))
    .option('--cursor <file>', 'begin after the number in this file, and write the last one there')
    .action(withOffice(exportCdrs));
  group
    .command('summary')
    .description('sums of days (2026-01-31) or months (2026-01), by subscriber, class or trunk')
    .option('--by <kind>', summaryKinds.join(', '), oneOf(summaryKinds), 'class')
    .option('--from <period>', 'first day or month; this month if absent')
    .option('--to <period>', 'last one; the first if absent')
    .option('--name <name>', 'only of this one: a class, a trunk, or a number')
    .action(withOffice(summariseCdrs));
  group
    .command('rebuild')
    .description('count the sums of days and their months anew from the records')
    .requiredOption('--from <day>', 'first day')
    .requiredOption('--to <day>', 'last day')
    .option('--reprice', 'price the records by the rates as they are now, before')
    .action(withOffice(rebuildCdrs));
}
