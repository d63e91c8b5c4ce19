// Looking again and again while somebody looks.

/** Runs `look` now and every so often while the page is seen; returns how to end it. */
export function again(look: () => Promise<void>, everyMillis: number): () => void {
  const step = () => {
    if (!document.hidden) void look();
  };
  step();
  const timer = setInterval(step, everyMillis);
  document.addEventListener('visibilitychange', step);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', step);
  };
}
