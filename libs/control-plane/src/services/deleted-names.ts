/** What was deleted keeps its name for statements. */
import type { EntityManager } from 'typeorm';
import { DeletedNameRow } from '../storage/billing-entities';

export async function keepName(
  db: EntityManager,
  row: { readonly id: string; readonly accountId: string; readonly document: { readonly name?: string } },
  kind: DeletedNameRow['kind'],
): Promise<void> {
  const { id, accountId, document } = row;
  await db.insert(DeletedNameRow, { id, accountId, kind, name: document.name ?? null });
}
