/** How full something is, as a bar. */
interface MeterProps {
  readonly label: string;
  /** 0 to 100, or more. */
  readonly percent: number;
  readonly words: string;
}

export function Meter({ label, percent, words }: MeterProps) {
  const shown = Math.min(100, Math.max(0, percent));
  const look = percent >= 100 ? 'full' : percent >= 80 ? 'nearly' : '';
  return (
    <div class="meter">
      <div class="meter-words">
        <span>{label}</span>
        <span>{words}</span>
      </div>
      <div
        class={`meter-track ${look}`}
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={shown}
        aria-valuetext={words}
      >
        <div class="meter-bar" style={{ width: `${shown}%` }} />
      </div>
    </div>
  );
}
