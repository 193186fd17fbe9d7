/** Does a graph have a route with AWS_IAM? Asked before users are looked up. */
import type { HttpApiGraph, RestApiGraph } from '@gatehouse/catalog';

type Routes = Pick<RestApiGraph, 'kind' | 'resources'> | Pick<HttpApiGraph, 'kind' | 'routes'>;

export function takesSignatures(graph: Routes): boolean {
  const guarded =
    graph.kind === 'REST'
      ? Object.values(graph.resources).flatMap(({ resourceMethods }) => Object.values(resourceMethods))
      : Object.values(graph.routes);
  return guarded.some(({ authorizationType }) => authorizationType.toUpperCase() === 'AWS_IAM');
}
