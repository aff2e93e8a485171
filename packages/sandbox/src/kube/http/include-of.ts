import type { Include } from '../tables/table.ts';

/** What the rows of a table are to carry. */
export function includeOf(query: URLSearchParams): Include {
  const wanted = query.get('includeObject');
  return wanted === 'Object' || wanted === 'None' ? wanted : 'Metadata';
}
