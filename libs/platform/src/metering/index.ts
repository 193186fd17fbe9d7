export * from './channel-meters';
export * from './meter-journal';
export * from './meter-store';
