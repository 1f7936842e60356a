/** A sound as a wave that one sees, with keys to go back, ahead, slower and faster. */
import { useEffect, useRef, useState } from 'preact/hooks';
import WaveSurfer from 'wavesurfer.js';
import { dark } from '../state/theme.ts';
import { clock } from '../words/times.ts';
import { words } from '../words/words.ts';
import { Icon } from './icon.tsx';
import { playWanted } from './play-wanted.ts';

const speeds = [0.5, 0.75, 1, 1.25, 1.5, 2] as const;

export interface PlayerProps {
  readonly src: string;
  readonly durationMs: number | undefined;
  /** Called while it plays and when somebody goes elsewhere in it. */
  readonly onTime?: (ms: number) => void;
  /** Where to go; another object each time. */
  readonly goTo?: { readonly ms: number } | undefined;
}

export function Player({ src, durationMs, onTime, goTo }: PlayerProps) {
  const { player: said } = words.value;
  const { box, wave, state } = useWave(src, onTime);
  const [speed, setSpeed] = useState(1);
  useEffect(() => wave.current?.setPlaybackRate(speed, true), [speed, state.ready]);
  useEffect(() => {
    if (goTo === undefined) return;
    wave.current?.setTime(goTo.ms / 1000);
    void wave.current?.play().catch(() => undefined);
  }, [goTo]);
  const all = state.durationMs ?? durationMs ?? 0;
  if (state.failed) return <p class="notice bad">{said.failed}</p>;
  const skip = (seconds: number) => (): void => wave.current?.skip(seconds);
  const toggle = (): void => void wave.current?.playPause().catch(() => undefined);
  return (
    <section class="player" aria-label={said.label}>
      <div class="player-top">
        <button
          type="button"
          class="play"
          disabled={!state.ready}
          aria-label={state.playing ? said.pause : said.play}
          onClick={toggle}
        >
          <Icon name={state.playing ? 'pause' : 'play'} size={26} />
        </button>
        <div class="wave-box">
          <div class="wave" ref={box} aria-hidden="true" />
          {state.ready ? null : <div class="skeleton wave-skeleton" />}
          <input
            class="wave-range"
            type="range"
            min={0}
            max={Math.round(all / 100) / 10}
            step={0.1}
            value={state.nowMs / 1000}
            aria-label={said.position}
            aria-valuetext={said.at(clock(state.nowMs), clock(all))}
            onInput={({ currentTarget }) => wave.current?.setTime(Number(currentTarget.value))}
          />
        </div>
      </div>
      <div class="player-below">
        <span class="time">
          {clock(state.nowMs)} <span class="muted">/ {clock(all)}</span>
        </span>
        <span class="skips">
          <Skip label={said.back15} words="−15" onClick={skip(-15)} />
          <Skip label={said.back5} words="−5" onClick={skip(-5)} />
          <Skip label={said.ahead5} words="+5" onClick={skip(5)} />
          <Skip label={said.ahead15} words="+15" onClick={skip(15)} />
        </span>
        <select
          class="speed"
          aria-label={said.speed}
          value={String(speed)}
          onChange={({ currentTarget }) => setSpeed(Number(currentTarget.value))}
        >
          {speeds.map((one) => (
            <option key={one} value={String(one)} selected={one === speed}>
              {one}×
            </option>
          ))}
        </select>
      </div>
    </section>
  );
}

function Skip({
  label,
  words,
  onClick,
}: {
  readonly label: string;
  readonly words: string;
  readonly onClick: () => void;
}) {
  return (
    <button type="button" class="skip" aria-label={label} title={label} onClick={onClick}>
      {words}
    </button>
  );
}

interface WaveState {
  readonly ready: boolean;
  readonly playing: boolean;
  readonly failed: boolean;
  readonly nowMs: number;
  readonly durationMs: number | undefined;
}

const atFirst: WaveState = { ready: false, playing: false, failed: false, nowMs: 0, durationMs: undefined };

function useWave(src: string, onTime: PlayerProps['onTime']) {
  const box = useRef<HTMLDivElement>(null);
  const wave = useRef<WaveSurfer | undefined>(undefined);
  const [state, setState] = useState(atFirst);
  const tell = useRef(onTime);
  tell.current = onTime;
  const isDark = dark.value;
  useEffect(() => {
    if (box.current === null) return;
    const made = WaveSurfer.create({ container: box.current, url: src, ...look() });
    wave.current = made;
    const set = (change: Partial<WaveState>): void => setState((now) => ({ ...now, ...change }));
    made.on('ready', (seconds) => set({ ready: true, durationMs: seconds * 1000 }));
    made.on('play', () => set({ playing: true }));
    made.on('pause', () => set({ playing: false }));
    made.on('finish', () => set({ playing: false }));
    made.on('error', () => set({ failed: true }));
    made.on('timeupdate', (seconds) => {
      set({ nowMs: seconds * 1000 });
      tell.current?.(seconds * 1000);
    });
    const unlisten = playWanted.subscribe((count) => {
      if (count > 0) void made.playPause().catch(() => undefined);
    });
    return () => {
      unlisten();
      playWanted.value = 0;
      made.destroy();
      wave.current = undefined;
      setState(atFirst);
    };
  }, [src]);
  useEffect(() => wave.current?.setOptions(look()), [isDark]);
  return { box, wave, state };
}

/** Colours of the style sheet, and the nonce that the page came with. */
function look() {
  const style = getComputedStyle(document.documentElement);
  const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? '';
  return {
    height: 56,
    barWidth: 3,
    barGap: 2,
    barRadius: 3,
    barMinHeight: 2,
    cursorWidth: 0,
    normalize: true,
    interact: false,
    waveColor: style.getPropertyValue('--wave').trim(),
    progressColor: style.getPropertyValue('--accent').trim(),
    cspNonce: nonce,
  };
}
