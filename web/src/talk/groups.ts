import type { Line } from '../engine/types';

/** What one person said within one minute. */
export interface Group {
  key: string;
  own: boolean;
  /** Of its first line, on the engine's clock. */
  at: number;
  lines: Line[];
}

const MINUTE = 60_000;

/** Lines in groups by person and minute, in order. */
export function groups(lines: readonly Line[]): Group[] {
  const out: Group[] = [];
  for (const line of lines) {
    const last = out.at(-1);
    if (last && last.own === line.own && line.at - last.at < MINUTE) last.lines.push(line);
    else out.push({ key: keyOf(line), own: line.own, at: line.at, lines: [line] });
  }
  return out;
}

/** Names a line within its conversation. */
export function keyOf(line: Line): string {
  return `${line.of.by}${line.of.number}`;
}
