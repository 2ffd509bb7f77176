import type { Line } from '../engine/types';
import type { Words } from '../i18n/zh-CN';
import { bytes } from './time';

/** What a transcript needs to know beside its lines. */
export interface Heading {
  own: string;
  peer: string;
  /** Turns an engine time into words. */
  when: (at: number) => string;
}

/** The conversation as plain text, to be kept by who was in it. */
export function transcript(lines: readonly Line[], head: Heading, words: Words): string {
  const first = lines[0];
  const title = words.transcript.head(head.own, head.peer, first ? head.when(first.at) : '');
  const body = lines.map((line) => entry(line, lines, head, words));
  return `${title}\n\n${body.join('\n')}\n`;
}

function entry(line: Line, all: readonly Line[], head: Heading, words: Words): string {
  const name = line.own ? head.own : head.peer;
  const { quote } = line;
  const of = quote && all.find((l) => l.of.by === quote.by && l.of.number === quote.number);
  const quoted = of ? `  (${words.transcript.quoted}: ${gist(of, words)})` : '';
  return `[${head.when(line.at)}] ${name}: ${gist(line, words)}${quoted}`;
}

/** A line in words: its text, or what stands for a picture. */
export function gist(line: Line, words: Words): string {
  return line.message.kind === 'text'
    ? line.message.text
    : words.transcript.picture(bytes(line.message.offer.size));
}
