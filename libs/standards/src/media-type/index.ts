export { firstAccepted, mediaTypeOf } from './media-type';
