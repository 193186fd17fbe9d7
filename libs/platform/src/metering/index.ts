export * from './channel-meters';
export * from './meter-journal';
export * from './meter-remains';
export * from './meter-store';
