/** One rule: whom to tell, of what, by which way. */
import type { NotificationRule } from '../../api/mailbox.ts';
import type { MessageKind } from '../../api/messages.ts';
import { IconButton } from '../../parts/button.tsx';
import { Choice, Switch } from '../../parts/field.tsx';
import { SavedField } from '../../parts/saved-field.tsx';
import { words } from '../../words/words.ts';

const ways = ['sip', 'twilio', 'smpp', 'email'] as const;
const kinds: readonly MessageKind[] = ['voice', 'text', 'email', 'fax', 'image', 'video'];

interface RuleProps {
  readonly n: number;
  readonly rule: NotificationRule;
  readonly onChange: (rule: NotificationRule) => void;
  readonly onRemove: () => void;
}

export function Rule({ n, rule, onChange, onRemove }: RuleProps) {
  const { settings, kinds: kindWords } = words.value;
  const { rule: said, ways: wayWords } = settings;
  const isMail = rule.gateway === 'email';
  const chosen = rule.kinds ?? kinds;
  const toggle = (kind: MessageKind): void => {
    const some = chosen.includes(kind) ? chosen.filter((one) => one !== kind) : [...chosen, kind];
    const { kinds: _all, ...rest } = rule;
    if (some.length > 0) onChange(some.length === kinds.length ? rest : { ...rest, kinds: [...some] });
  };
  const known = ways.some((one) => one === rule.gateway) ? ways : [rule.gateway, ...ways];
  return (
    <fieldset class="rule">
      <legend>{said.title(n)}</legend>
      <IconButton icon="trash" label={`${said.remove} (${n})`} look="rule-remove" onClick={onRemove} />
      <div class="columns">
        <Choice
          label={said.way}
          value={rule.gateway}
          options={known.map((one) => [one, wayWords[one]])}
          onChange={(gateway) => onChange({ ...rule, gateway: gateway as NotificationRule['gateway'] })}
        />
        <SavedField
          label={isMail ? said.address : said.number}
          hint={rule.to === 'subscriber' ? said.me : said.other}
          value={rule.to === 'subscriber' ? '' : rule.to}
          maxLength={254}
          onSave={async (to) => {
            onChange({ ...rule, to: to === '' ? 'subscriber' : to });
            return true;
          }}
        />
      </div>
      <div class="chips" role="group" aria-label={said.kinds}>
        {kinds.map((kind) => (
          <button
            key={kind}
            type="button"
            class="chip"
            aria-pressed={chosen.includes(kind)}
            onClick={() => toggle(kind)}
          >
            {kindWords[kind]}
          </button>
        ))}
      </div>
      {isMail ? (
        <Switch
          label={said.attach}
          on={rule.attach !== 'none'}
          onChange={(on) => onChange({ ...rule, attach: on ? 'attach' : 'none' })}
        />
      ) : null}
    </fieldset>
  );
}
