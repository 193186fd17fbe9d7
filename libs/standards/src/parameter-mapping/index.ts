export {
  isReservedHeader,
  parseHttpTarget,
  parseHttpValue,
  type HttpAction,
  type HttpSide,
  type HttpTarget,
  type HttpValue,
  type HttpVariable,
} from './http';
export {
  parseGatewayResponseTarget,
  parseRestRequestSource,
  parseRestRequestTarget,
  parseRestResponseSource,
  parseRestResponseTarget,
  type RestExpression,
  type RestPlace,
} from './rest';
