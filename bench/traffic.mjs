// The kinds of traffic that are measured, and what a right answer to each is.
export const API_ID = 'bench';
export const HOST = `${API_ID}.execute-api.localhost`;

/** Printable, so that it can stand in a configuration file, and not a run of one letter. */
const text = (length) => 'gatehouse bench '.repeat(Math.ceil(length / 16)).slice(0, length);

export const GET_1K = { name: 'GET 1 KB', method: 'GET', path: '/1k', answer: text(1024) };
export const GET_16K = { name: 'GET 16 KB', method: 'GET', path: '/16k', answer: text(16_384) };
export const POST_4K = {
  name: 'POST 4 KB',
  method: 'POST',
  path: '/post',
  body: text(4096),
  answer: 'received 4096',
};
export const CASES = [GET_1K, GET_16K, POST_4K];
