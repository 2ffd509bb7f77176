import { host, type Saved } from '../engine/host';

/** Hands a file to the person: a program asks where, a browser puts it to the downloads. */
export async function saveFile(name: string, content: Blob): Promise<Saved> {
  const program = host();
  if (program) return program.save(name, content).catch((): Saved => 'failed');
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The click reads the address in this turn; a later one frees it.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  return 'downloads';
}

/** `floater-2026-01-02.txt`, by the local day. */
export function dated(stem: string, ending: string, now: Date): string {
  const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()]
    .map((n) => String(n).padStart(2, '0'))
    .join('-');
  return `${stem}-${day}.${ending}`;
}
