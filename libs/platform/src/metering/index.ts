export { ChannelMeters, serveMeters, type MeterChannel, type MeterMessage } from './channel-meters';
export { MeterJournal } from './meter-journal';
export { MeterRemains } from './meter-remains';
export {
  batchIn,
  deliveryIn,
  ENDING,
  type MeterBatch,
  type MeterDelivery,
  type MeterStore,
} from './meter-store';
