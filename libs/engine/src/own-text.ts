/** The same text in memory of its own: as a part of what it was received in, it would keep all of that. */
export function ownText(text: string): string {
  const own = Buffer.from(text, 'latin1').toString('latin1');
  // What came over a wire has no other characters; what somebody typed into a tool may.
  return own === text ? own : text;
}
