/** What is wrong with a policy; ends the reading of it. */
export class BadPolicy extends Error {}
