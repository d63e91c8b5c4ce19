// A name that nothing else has.

/** 128 random bits, hex. `crypto.randomUUID` is missing where the page is not on localhost or https. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
