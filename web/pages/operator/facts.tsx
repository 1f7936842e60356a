/** Figures with their names above. */
interface FactsProps {
  readonly items: readonly (readonly [name: string, value: string | number])[];
}

export function Facts({ items }: FactsProps) {
  return (
    <dl class="facts">
      {items.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
