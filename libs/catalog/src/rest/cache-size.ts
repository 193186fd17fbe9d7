/** In GB; what `cacheClusterSize` may be. */
export const CACHE_SIZES = ['0.5', '1.6', '6.1', '13.5', '28.4', '58.2', '118', '237'] as const;
export type CacheSize = (typeof CACHE_SIZES)[number];
