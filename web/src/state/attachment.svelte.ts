import { PictureError, prepare, type PictureFault, type Prepared } from '../picture/prepare';

/** Why the last picture does not stand ready or was not taken, or what was done with the files. */
export type AttachNote = PictureFault | 'many' | 'refused';

/** The picture in the own pane: ready to send, or being made so. */
export class Attachment {
  picture = $state.raw<Prepared | null>(null);
  busy = $state(false);
  note = $state<AttachNote | null>(null);
  #closed = false;

  /** Makes the first of `files` ready to send. One at a time. */
  async take(files: ArrayLike<File> | null | undefined): Promise<void> {
    const file = files?.[0];
    if (!file || this.busy) return;
    this.busy = true;
    this.note = files.length > 1 ? 'many' : null;
    try {
      this.put(await prepare(file), this.note);
    } catch (thrown) {
      this.note = thrown instanceof PictureError ? thrown.fault : 'broken';
    } finally {
      this.busy = false;
    }
  }

  /** Puts a picture that is ready into the pane. */
  put(picture: Prepared, note: AttachNote | null = null): void {
    if (this.#closed) return;
    this.picture = picture;
    this.note = note;
  }

  /** It was sent or taken out again. */
  clear(): void {
    this.picture = null;
    this.note = null;
  }

  /** The conversation is over: nothing is kept, not even what is still being made ready. */
  close(): void {
    this.#closed = true;
    this.clear();
  }
}

/** Whether a paste or drop brings a file. */
export function carriesFile(data: DataTransfer | null): boolean {
  return data?.types.includes('Files') ?? false;
}
