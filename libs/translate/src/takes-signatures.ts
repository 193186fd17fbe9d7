/** Whose signatures may a graph's routes take? Asked before users are looked up. */
import type { HttpApiGraph, RestApiGraph } from '@gatehouse/catalog';

type Routes = Pick<RestApiGraph, 'kind' | 'resources'> | Pick<HttpApiGraph, 'kind' | 'routes'>;

/**
 * Without one, users of other accounts are refused (developer guide, table B). HTTP APIs have none.
 * DIFFERS: users of other accounts; AWS knows them everywhere, and refuses them by name.
 */
export function hasResourcePolicy(
  graph: Pick<RestApiGraph, 'kind' | 'api'> | Pick<HttpApiGraph, 'kind'>,
): boolean {
  return graph.kind === 'REST' && graph.api.policy !== undefined;
}

/** Is there a route with AWS_IAM? */
export function takesSignatures(graph: Routes): boolean {
  const guarded =
    graph.kind === 'REST'
      ? Object.values(graph.resources).flatMap(({ resourceMethods }) => Object.values(resourceMethods))
      : Object.values(graph.routes);
  return guarded.some(({ authorizationType }) => authorizationType.toUpperCase() === 'AWS_IAM');
}
