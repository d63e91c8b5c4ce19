// Files that somebody brings: some go on with what was interrupted, the others are new work.
import { staged } from './staged.svelte';
import { uploads } from './uploads.svelte';

export function takeFiles(files: Iterable<File>): void {
  staged.add([...files].filter((file) => !uploads.adopt(file)));
}
