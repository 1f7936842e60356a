/** Roles, each with what it may. */
import type { OperatorRole } from '../../api/operator.ts';
import { Choice } from '../../parts/field.tsx';
import { operatorWords } from '../../words/operator.ts';

interface RoleChoiceProps {
  readonly role: OperatorRole;
  readonly onChange: (role: OperatorRole) => void;
}

export function RoleChoice({ role, onChange }: RoleChoiceProps) {
  const said = operatorWords.value;
  return (
    <Choice
      label={said.cols.role}
      value={role}
      hint={said.roleHints[role]}
      options={Object.entries(said.roles)}
      onChange={(one) => onChange(one as OperatorRole)}
    />
  );
}
