/** `E2E_SIZE=long` makes the counted guarantees run as often as they are promised for; else a short form of them runs. */
export const isLong = process.env.E2E_SIZE === 'long';
