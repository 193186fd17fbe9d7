/** Text with `{name}` placeholders, cut once into pieces: an integration URI's path or query. */
export type TextPiece = { readonly text: string } | { readonly name: string };

const PLACEHOLDER = /\{([^{}]+)\}/g;

/** `/a/{id}` -> text `/a/`, name `id`. A greedy `{proxy+}` names `proxy`, as users write either. */
export function cutPlaceholders(template: string): readonly TextPiece[] {
  const pieces: TextPiece[] = [];
  let from = 0;
  for (const found of template.matchAll(PLACEHOLDER)) {
    if (found.index > from) pieces.push({ text: template.slice(from, found.index) });
    const name = found[1] ?? '';
    pieces.push({ name: name.endsWith('+') ? name.slice(0, -1) : name });
    from = found.index + found[0].length;
  }
  if (from < template.length) pieces.push({ text: template.slice(from) });
  return pieces;
}

const STAGE_VARIABLE = /\$\{stageVariables\.([A-Za-z0-9_]+)\}/g;

/** Replaces `${stageVariables.x}` by what `valueOf` gives. */
export function fillStageVariables(template: string, valueOf: (name: string) => string): string {
  return template.replace(STAGE_VARIABLE, (_whole, name: string) => valueOf(name));
}
