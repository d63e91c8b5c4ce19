// Numbers and names as people read them.

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(unit === 0 || value >= 100 ? 0 : 1)} ${UNITS[unit]}`;
}

/** `1:02:03` for long ones, `4 s` for short ones. */
export function duration(secs: number): string {
  if (secs < 10) return `${secs.toFixed(1)} s`;
  if (secs < 60) return `${Math.round(secs)} s`;
  const whole = Math.round(secs);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)} h` : `${minutes}:${two(rest)} min`;
}

/** What is left is a guess, and is said as one. */
export function left(secs: number): string {
  if (secs < 5) return 'a moment left';
  if (secs < 60) return `about ${Math.ceil(secs / 5) * 5} s left`;
  if (secs < 3600) return `about ${Math.ceil(secs / 60)} min left`;
  return `about ${(secs / 3600).toFixed(1)} h left`;
}

export function when(millis: number): string {
  const date = new Date(millis);
  const isToday = date.toDateString() === new Date().toDateString();
  const time = date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  return isToday ? time : `${date.toLocaleDateString([], { day: 'numeric', month: 'short' })}, ${time}`;
}

/** A day, with its year where that is another one. */
export function day(millis: number): string {
  const date = new Date(millis);
  const isThisYear = date.getFullYear() === new Date().getFullYear();
  return date.toLocaleDateString([], { day: 'numeric', month: 'short', year: isThisYear ? undefined : 'numeric' });
}

export function percent(fraction: number): string {
  return `${Math.floor(fraction * 100)} %`;
}

export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `processing_time_seconds` as `Processing time seconds`. */
export function words(name: string): string {
  return sentence(name.replaceAll('_', ' ')).replace(/\b(cpu|gpu|crf|fps)\b/gi, (word) => word.toUpperCase());
}
