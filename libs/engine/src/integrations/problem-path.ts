/** Members of a problem's path: JSON pointer escapes (RFC 6901). */
export function pointer(...members: readonly string[]): string {
  return members.map((member) => `/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
