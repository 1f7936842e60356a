/** Records one's voice in the browser. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { clock } from '../words/times.ts';
import { words } from '../words/words.ts';
import { Button } from './button.tsx';

const types = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'];
const tickMs = 250;

type State = 'idle' | 'recording' | 'refused';

interface RecorderProps {
  readonly recording: Blob | undefined;
  readonly onRecording: (recording: Blob | undefined) => void;
  /** Ends by itself then, in seconds. */
  readonly mostSeconds: number;
}

export function Recorder({ recording, onRecording, mostSeconds }: RecorderProps) {
  const { compose: said } = words.value;
  const { state, ms, start, stop } = useMicrophone(onRecording, mostSeconds);
  const heard = useObjectUrl(recording);
  if (state === 'recording')
    return (
      <div class="recorder is-on">
        <span class="recording-dot" aria-hidden="true" />
        <span role="timer" aria-label={said.recording}>
          {clock(ms)}
        </span>
        <Button icon="stop" look="danger" onClick={stop}>
          {said.stop}
        </Button>
      </div>
    );
  if (heard !== undefined)
    return (
      <div class="recorder">
        <audio controls src={heard} aria-label={said.yours} />
        <Button look="quiet" icon="voice" onClick={() => void start()}>
          {said.again}
        </Button>
        <Button look="quiet" icon="trash" onClick={() => onRecording(undefined)}>
          {said.discard}
        </Button>
      </div>
    );
  return (
    <div class="recorder">
      <Button icon="voice" onClick={() => void start()}>
        {said.record}
      </Button>
      {state === 'refused' ? <p class="hint wrong">{said.noMicrophone}</p> : null}
    </div>
  );
}

function useMicrophone(onRecording: RecorderProps['onRecording'], mostSeconds: number) {
  const [state, setState] = useState<State>('idle');
  const [ms, setMs] = useState(0);
  const recorder = useRef<MediaRecorder | undefined>(undefined);
  const stop = (): void => {
    if (recorder.current?.state === 'recording') recorder.current.stop();
  };
  const start = async (): Promise<void> => {
    setMs(0);
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      recorder.current = record(stream, (recording) => {
        setState('idle');
        onRecording(recording);
      });
      setState('recording');
    } catch {
      setState('refused');
    }
  };
  useEffect(() => {
    if (state !== 'recording') return undefined;
    const begun = Date.now();
    const timer = window.setInterval(() => {
      const now = Date.now() - begun;
      setMs(now);
      if (now >= mostSeconds * 1000) stop();
    }, tickMs);
    return () => window.clearInterval(timer);
  }, [state, mostSeconds]);
  // Whoever goes elsewhere does not record on.
  useEffect(() => stop, []);
  return { state, ms, start, stop };
}

function record(stream: MediaStream, then: (recording: Blob) => void): MediaRecorder {
  const mimeType = types.find((one) => MediaRecorder.isTypeSupported(one));
  const recorder = new MediaRecorder(stream, mimeType === undefined ? {} : { mimeType });
  const pieces: Blob[] = [];
  recorder.addEventListener('dataavailable', ({ data }) => pieces.push(data));
  recorder.addEventListener('stop', () => {
    for (const track of stream.getTracks()) track.stop();
    then(new Blob(pieces, { type: recorder.mimeType.split(';', 1)[0] || 'audio/webm' }));
  });
  recorder.start();
  return recorder;
}

function useObjectUrl(blob: Blob | undefined): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (blob === undefined) return undefined;
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => {
      setUrl(undefined);
      URL.revokeObjectURL(made);
    };
  }, [blob]);
  return url;
}
