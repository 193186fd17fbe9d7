/** After an answer: its connection may carry the next call. */
export async function rested(): Promise<void> {
  for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
}
