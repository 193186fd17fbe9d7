// Takes the events of both kinds of API: a REST API's payload has format 1.0, an HTTP API's 2.0.
export const handler = async (event) => ({
  statusCode: 201,
  headers: { 'content-type': 'application/json', 'x-made-by': 'lambda-proxy' },
  body: JSON.stringify({
    format: event.version ?? '1.0',
    method: event.httpMethod ?? event.requestContext.http.method,
    name: event.pathParameters?.name,
    query: event.queryStringParameters?.q,
    body: event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString() : event.body,
  }),
});
