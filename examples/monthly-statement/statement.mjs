// Prints the statement of the running month: as JSON, or as the format given as the argument.
import { signedFetch } from '../signed-fetch.mjs';

const format = process.argv[2] ?? 'json';
const month = new Date().toISOString().slice(0, 7);
const address = `${process.env.AWS_ENDPOINT_URL}/admin/v1/statements/${month}?format=${format}`;
const answer = await signedFetch('apigateway', address);
if (!answer.ok) throw new Error(await answer.text());
console.log(await answer.text());
