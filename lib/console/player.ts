import { type Signal, signal } from '@preact/signals';
import type { Part } from './task.ts';

/** A file that plays. */
export interface Voice {
  element: HTMLAudioElement;
  /** Seconds of the original at which this file begins. */
  offset: number;
  /** Seconds. */
  duration: number;
}

export type Voices = Readonly<Partial<Record<Part, Voice>>>;

/**
 * Seconds between the files below which nothing is corrected, above which a switch jumps, and above which the silent one
 * does. A jump leaves a gap in the sound.
 */
const DRIFT = { least: 0.008, heard: 0.03, most: 0.25 };

/** The speed of the silent file differs from 1 by this factor of its lateness, and by half at most. */
const CATCHING_UP = 4;

/** Milliseconds between two corrections. */
const PERIOD = 100;

/**
 * Plays the original and the result at once, and lets only one of them be heard, so that a switch keeps the position.
 * The silent one is held at the position of the other by its speed. Positions are seconds of the original.
 */
export interface Player {
  heard: Signal<Part>;
  isPlaying: Signal<boolean>;
  position: Signal<number>;
  play(): Promise<void>;
  pause(): void;
  hear(part: Part): void;
  seek(position: number): void;
  /** Sets how loud each file plays, from 0 to 1. */
  setVolumes(volumes: Readonly<Record<Part, number>>): void;
  close(): void;
}

export function createPlayer(voices: Voices, first: Part): Player {
  const heard = signal<Part>(first);
  const isPlaying = signal(false);
  const position = signal(voices[first]?.offset ?? 0);
  const all = Object.entries(voices).map(([part, voice]) => ({ part, ...voice }));
  const current = () => voices[heard.peek()];
  const silent = () => all.filter(({ part }) => part !== heard.peek());
  const timeOf = ({ element, offset }: Voice) => element.currentTime + offset;
  const isWithin = ({ offset, duration }: Voice, seconds: number) =>
    seconds >= offset && seconds < offset + duration;
  const place = ({ element, offset, duration }: Voice, seconds: number) => {
    element.currentTime = Math.max(0, Math.min(seconds - offset, duration));
  };
  let frame = 0;

  /** Lets the silent file follow the heard one. */
  const follow = () => {
    const leader = current();
    if (!leader || !isPlaying.peek()) return;
    const now = timeOf(leader);
    for (const voice of silent()) {
      const { element } = voice;
      if (!isWithin(voice, now)) element.pause();
      else {
        const late = now - timeOf(voice);
        if (Math.abs(late) > DRIFT.most && !element.seeking) place(voice, now);
        const isClose = Math.abs(late) < DRIFT.least;
        element.playbackRate = isClose ? 1 : 1 + Math.max(-0.5, Math.min(late * CATCHING_UP, 0.5));
        if (element.paused) void element.play().catch(() => undefined);
      }
    }
  };
  const timer = setInterval(follow, PERIOD);

  const show = () => {
    const leader = current();
    if (!leader) return;
    position.value = timeOf(leader);
    isPlaying.value = !leader.element.paused;
    if (isPlaying.value) frame = requestAnimationFrame(show);
  };
  const pause = () => {
    for (const { element } of all) element.pause();
    show();
  };
  const mute = () => {
    for (const { part, element } of all) element.muted = part !== heard.peek();
  };
  for (const { part, element } of all)
    element.addEventListener('ended', () => {
      if (part === heard.peek()) pause();
    });

  mute();
  return {
    heard,
    isPlaying,
    position,
    async play() {
      const leader = current();
      if (!leader) return;
      const isAtEnd = position.value >= leader.offset + leader.duration - 0.05;
      const from = isAtEnd ? leader.offset : Math.max(position.value, leader.offset);
      for (const voice of all) place(voice, from);
      const others = silent().filter((voice) => isWithin(voice, from));
      // The silent file may not be playable, which its own error tells.
      for (const { element } of others) void element.play().catch(() => undefined);
      await leader.element.play();
      cancelAnimationFrame(frame);
      show();
    },
    pause,
    hear(part) {
      const [leader, next] = [current(), voices[part]];
      if (!leader || !next || part === heard.peek()) return;
      const now = isPlaying.peek() ? timeOf(leader) : position.peek();
      if (Math.abs(timeOf(next) - now) > DRIFT.heard) place(next, now);
      next.element.playbackRate = 1;
      heard.value = part;
      mute();
      position.value = timeOf(next);
      if (!isPlaying.peek()) return;
      if (!isWithin(next, now)) pause();
      else if (next.element.paused) void next.element.play().catch(() => undefined);
    },
    seek(seconds) {
      for (const voice of all) place(voice, seconds);
      position.value = seconds;
    },
    setVolumes(volumes) {
      for (const [part, voice] of Object.entries(voices))
        voice.element.volume = part === 'original' ? volumes.original : volumes.result;
    },
    close() {
      clearInterval(timer);
      cancelAnimationFrame(frame);
      for (const { element } of all) element.pause();
    },
  };
}
