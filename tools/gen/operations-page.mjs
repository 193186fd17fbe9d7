// Renders docs/reference/operations.md: which operations of the AWS services Gatehouse answers, and which it does not.

const titles = {
  apigateway: 'REST APIs (`apigateway`)',
  apigatewayv2: 'HTTP and WebSocket APIs (`apigatewayv2`)',
  apigatewaymanagementapi: 'WebSocket connections (`apigatewaymanagementapi`)',
  lambda: 'Functions (`lambda`), answered by the function host',
};

const heading = ['Operation', 'Request', 'Answer'];

function row(name, { method, requestUri, responseCode = 200 }) {
  return [`\`${name}\``, `\`${method} ${requestUri}\``, String(responseCode)];
}

/** A Markdown table with padded cells, which is the form Prettier keeps. */
function table(rows) {
  const widths = heading.map((_, column) =>
    Math.max(...[heading, ...rows].map((cells) => cells[column].length)),
  );
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(heading), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}

function section(service, operations, names) {
  const unknown = names.filter((name) => operations[name] === undefined);
  if (unknown.length > 0)
    throw new Error(`implemented.json names no operation of ${service}: ${unknown.join(', ')}`);
  const all = Object.keys(operations).sort();
  const done = all.filter((name) => names.includes(name));
  const missing = all.filter((name) => !names.includes(name));
  return [
    `## ${titles[service]}: ${done.length} of ${all.length}`,
    ``,
    ...(done.length > 0 ? [...table(done.map((name) => row(name, operations[name].http))), ``] : []),
    ...(missing.length > 0
      ? [`Not implemented: ${missing.map((name) => `\`${name}\``).join(', ')}.`, ``]
      : []),
  ];
}

export function renderOperationsPage(models, implemented) {
  const sections = [...models].flatMap(([service, model]) =>
    section(service, model.operations, implemented[service] ?? []),
  );
  return [
    `# Operations`,
    ``,
    `Which operations of AWS API Gateway and AWS Lambda Gatehouse answers. Any other operation of these services is`,
    `recognised and answered with status 501 and a message that names it.`,
    ``,
    `This page is generated: \`npm run gen\` writes it from \`libs/aws-wire/model\`.`,
    ``,
    ...sections,
  ].join('\n');
}
