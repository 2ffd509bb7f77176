import { PictureError, prepare, type PictureFault } from '../picture/prepare';
import type { Talk } from '../state/talk.svelte';

/** Why the last file could not be attached, or what was done with it. */
export type AttachNote = PictureFault | 'many';

/** What the own pane shows of a picture that is being made ready. */
class Attaching {
  busy = $state(false);
  note = $state<AttachNote | null>(null);
}

/** One at a time: there is one own pane. */
export const attaching = new Attaching();

/** Makes the first of `files` ready to send. */
export async function attach(talk: Talk, files: FileList | null | undefined): Promise<void> {
  const file = files?.[0];
  if (!file || attaching.busy) return;
  attaching.busy = true;
  attaching.note = files.length > 1 ? 'many' : null;
  try {
    talk.attached = await prepare(file);
  } catch (thrown) {
    attaching.note = thrown instanceof PictureError ? thrown.fault : 'broken';
  } finally {
    attaching.busy = false;
  }
}

/** Whether a paste or drop brings a file. */
export function carriesFile(data: DataTransfer | null): boolean {
  return data?.types.includes('Files') ?? false;
}
