import { limitsContract } from './limits.contract';
import { MemoryLimits } from './memory-limits';

limitsContract('memory', {
  open: async () => {
    const store = new MemoryLimits();
    return { store, other: store, close: async () => undefined };
  },
});
