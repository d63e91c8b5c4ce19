// Which viewer shows a result: the first that takes it, mostly by its media type. One more viewer is one more row.
import type { Component } from 'svelte';
import type { Artifact, Job } from '../api/client';

export interface ViewerProps {
  artifact: Artifact;
  /** What made it. */
  job: Job;
}

interface Viewer {
  takes(mime: string, pipeline: string): boolean;
  load(): Promise<{ default: Component<ViewerProps> }>;
}

const TEXT = /^(text\/|application\/(json|xml|x-ndjson)$)/;
const FRAMES = new Set(['video/x-msvideo', 'video/avi', 'video/vnd.avi']);
const LISTS = new Set(['application/vnd.apple.mpegurl', 'application/x-mpegurl']);

const VIEWERS: Viewer[] = [
  { takes: (mime) => FRAMES.has(mime), load: () => import('./Frames.svelte') },
  { takes: (mime, pipeline) => pipeline === 'pack' && mime.startsWith('video/'), load: () => import('./Packed.svelte') },
  { takes: (mime) => LISTS.has(mime.toLowerCase()), load: () => import('./Hls.svelte') },
  { takes: (mime) => /^(video|audio)\//.test(mime), load: () => import('./Video.svelte') },
  { takes: (mime) => mime.startsWith('image/') && mime !== 'image/svg+xml', load: () => import('./Picture.svelte') },
  { takes: (mime) => TEXT.test(mime), load: () => import('./Text.svelte') },
  { takes: () => true, load: () => import('./Other.svelte') },
];

/** Of what has this media type and was made by this pipeline. */
export async function viewerOf(mime: string, pipeline: string): Promise<Component<ViewerProps>> {
  const viewer = VIEWERS.find((one) => one.takes(mime, pipeline))!;
  return (await viewer.load()).default;
}
