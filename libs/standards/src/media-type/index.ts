export * from './media-type';
