// What is known of the pipelines beside their schemas: names, what matters most, presets. A pipeline that is not listed
// still has a form.
import type { Params } from './choice';

export interface Preset {
  name: string;
  help: string;
  params: Params;
}

interface Known {
  title: string;
  help: string;
  /** Shown at once; the others are folded. */
  first: string[];
  /** Whether a few seconds of a film show what becomes of all of it. */
  isTried: boolean;
  presets: Preset[];
}

const KNOWN: Record<string, Known> = {
  transcode: {
    title: 'Transcode',
    help: 'Another codec, size or format',
    isTried: true,
    first: ['codec', 'resolution', 'preset', 'crf', 'container', 'audio'],
    presets: [
      { name: 'Plays everywhere', help: 'H.264 in MP4', params: { codec: 'h264', container: 'mp4' } },
      { name: 'Small', help: 'HEVC, a third smaller', params: { codec: 'hevc', container: 'mp4' } },
      { name: 'Phone', help: '720p, made fast', params: { codec: 'h264', resolution: '720p', preset: 'fast' } },
      { name: 'Web', help: 'VP9 in WebM', params: { codec: 'vp9', container: 'webm', resolution: '1080p' } },
      { name: 'Draft', help: '480p, as fast as it goes', params: { codec: 'h264', resolution: '480p', preset: 'ultrafast' } },
      { name: 'Master', help: 'Close to the source', params: { codec: 'h264', crf: 16, preset: 'slow' } },
    ],
  },
  matte: {
    title: 'Cut people out',
    help: 'Transparent video',
    isTried: true,
    first: ['model', 'format', 'quality', 'background', 'stereo'],
    presets: [
      { name: 'For the web', help: 'WebM with alpha, plays in browsers', params: { format: 'webm' } },
      { name: 'For editors', help: 'ProRes 4444', params: { format: 'prores' } },
      { name: 'Green screen', help: 'What stands before one colour', params: { model: 'chroma', format: 'webm' } },
      { name: 'Out of focus', help: 'The background blurred', params: { format: 'green', background: 'blur' } },
      { name: 'Look first', help: 'Nine frames on a sheet', params: { format: 'png', preview: true } },
    ],
  },
  pack: {
    title: 'Pack',
    help: 'Any file as a video',
    isTried: false,
    first: ['profile', 'target', 'verify', 'split_size'],
    presets: [
      { name: 'For disks', help: 'Nearly all of it is payload', params: { profile: 'archive' } },
      { name: 'For sites', help: 'Survives 1080p at 10 Mbit/s', params: { profile: 'share', target: '1080p-10M' } },
      { name: 'Paranoid', help: 'Survives 480p at 1 Mbit/s', params: { profile: 'share', target: 'paranoid' } },
    ],
  },
  unpack: {
    title: 'Unpack',
    help: 'The file out of such a video',
    isTried: false,
    first: ['verify', 'allow_partial'],
    presets: [
      { name: 'Restore', help: 'All of it, or a refusal', params: {} },
      { name: 'Rescue', help: 'What can be had; holes are named', params: { allow_partial: true } },
      { name: 'Only check', help: 'Nothing is written', params: { verify: true } },
    ],
  },
};

export function knownOf(pipeline: string): Known {
  const title = pipeline.charAt(0).toUpperCase() + pipeline.slice(1);
  return KNOWN[pipeline] ?? { title, help: '', first: [], isTried: false, presets: [{ name: 'Standard', help: '', params: {} }] };
}

/** What can be typed into a field whose schema says only that it is text. */
export const SUGGESTIONS: Record<string, string[]> = {
  resolution: ['2160p', '1440p', '1080p', '720p', '480p', '360p'],
  bitrate: ['800k', '2M', '5M', '10M', '20M'],
  chunk: ['auto', 'none', '10', '30'],
  device: ['auto', 'cpu', 'gpu', 'gpu:0'],
  batch_size: ['auto', '1', '2', '4', '8'],
  background: ['blur', '#00b140', '#ffffff'],
  levels: ['10,245'],
  key_colour: ['#00b140', '#0047bb'],
  split_size: ['700MiB', '1GB', '4GB'],
  split_duration: ['10m', '1h'],
};

/** Parameters that mean something only beside another one with one of these values. */
const BESIDE: Record<string, [name: string, ...values: string[]]> = {
  key_colour: ['model', 'chroma'],
  downsample_ratio: ['model', 'rvm'],
  network: ['model', 'rvm', 'onnx'],
  background: ['format', 'green'],
  target: ['profile', 'share'],
  matroska: ['profile', 'share'],
  color_count: ['profile', 'legacy'],
  nine_to_one: ['profile', 'legacy'],
  error_correction: ['profile', 'legacy'],
};

/** Whether a parameter means something beside the others. */
export function isFitting(name: string, params: Params): boolean {
  const [other, ...values] = BESIDE[name] ?? [];
  return other === undefined || values.some((value) => params[other] === value);
}

const SAVED = 'reel-presets';

/** The presets that were saved in this browser. */
export function savedPresets(pipeline: string): Preset[] {
  return all()[pipeline] ?? [];
}

export function savePreset(pipeline: string, preset: Preset): void {
  const others = savedPresets(pipeline).filter((one) => one.name !== preset.name);
  localStorage.setItem(SAVED, JSON.stringify({ ...all(), [pipeline]: [...others, preset] }));
}

export function forgetPreset(pipeline: string, name: string): void {
  const others = savedPresets(pipeline).filter((one) => one.name !== name);
  localStorage.setItem(SAVED, JSON.stringify({ ...all(), [pipeline]: others }));
}

function all(): Record<string, Preset[]> {
  try {
    return JSON.parse(localStorage.getItem(SAVED) ?? '{}') as Record<string, Preset[]>;
  } catch {
    return {};
  }
}
