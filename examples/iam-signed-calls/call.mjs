// Calls the URL given as the argument, signed by the access key of the environment, and prints the answer.
import { signedFetch } from '../signed-fetch.mjs';

const [address, method, body] = process.argv.slice(2);
const answer = await signedFetch('execute-api', address, { method, body });
console.log(answer.status, await answer.text());
