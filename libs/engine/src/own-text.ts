/** As a part of what it was received in, a text would keep all of that in memory. */
export function ownText(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
