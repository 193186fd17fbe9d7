/** Says what is wrong with the value of an option; `undefined` = nothing. */
export type Check = (value: unknown) => string | undefined;
