// The three kinds of traffic that are measured, and what a right answer to each is.
export const API_ID = 'bench';
export const HOST = `${API_ID}.execute-api.localhost`;

/** Printable, so that it can stand in a configuration file, and not a run of one letter. */
export const text = (length) => 'gatehouse bench '.repeat(Math.ceil(length / 16)).slice(0, length);

export const CASES = [
  { name: 'GET 1 KB', method: 'GET', path: '/1k', answer: text(1024) },
  { name: 'GET 16 KB', method: 'GET', path: '/16k', answer: text(16_384) },
  { name: 'POST 4 KB', method: 'POST', path: '/post', body: text(4096), answer: 'received 4096' },
];
