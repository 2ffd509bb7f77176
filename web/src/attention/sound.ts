import type { Call } from './attend';

let context: AudioContext | null = null;

/** Frequencies in hertz, one after the other: a drop on water, two for a meeting. */
const NOTES: Record<Call, readonly number[]> = {
  found: [523.25, 783.99],
  message: [659.25],
  here: [783.99, 523.25],
};

/** A short, soft sound. Silent where the browser has no audio or forbids it. */
export function chime(call: Call): void {
  if (typeof AudioContext === 'undefined') return;
  context ??= new AudioContext();
  // Before any gesture the browser keeps it suspended; the promise may stay open: nobody waits.
  void context.resume();
  for (const [at, hertz] of NOTES[call].entries()) drop(context, hertz, at * 0.16);
}

function drop(audio: AudioContext, hertz: number, after: number): void {
  const start = audio.currentTime + after;
  const tone = new OscillatorNode(audio, { type: 'sine', frequency: hertz * 0.92 });
  tone.frequency.exponentialRampToValueAtTime(hertz, start + 0.06);
  const volume = new GainNode(audio, { gain: 0 });
  volume.gain.setValueAtTime(0.0001, start);
  volume.gain.exponentialRampToValueAtTime(0.12, start + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.42);
  tone.connect(volume).connect(audio.destination);
  tone.start(start);
  tone.stop(start + 0.45);
}
