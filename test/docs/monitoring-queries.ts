/** Every query of the dashboard and of the alerts in docs/. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface NamedQuery {
  readonly where: string;
  readonly expr: string;
  /** Label names that its texts write out. */
  readonly shown: readonly string[];
}

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
  readonly templating: { readonly list: readonly { readonly query: unknown }[] };
}

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: { readonly summary: string; readonly description: string };
}

export function alerts(): readonly Alert[] {
  const text = readFileSync('docs/prometheus/alerts.yaml', 'utf8');
  const { groups } = parse(text) as { groups: readonly { readonly rules: readonly Alert[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

export function monitoringQueries(): readonly NamedQuery[] {
  const board = JSON.parse(readFileSync('docs/grafana/answerback.json', 'utf8')) as Dashboard;
  return [
    ...board.panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr, legendFormat }) => ({
        where: `dashboard: ${title}`,
        expr,
        shown: [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label),
      })),
    ),
    ...alerts().map(({ alert, expr, annotations }) => ({
      where: `alert: ${alert}`,
      expr,
      shown: [...annotations.description.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label),
    })),
  ];
}
