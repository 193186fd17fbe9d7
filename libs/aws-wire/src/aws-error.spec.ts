import { AwsError, notImplemented, serialiseError } from './aws-error';

describe('serialiseError', () => {
  it("writes AWS's form: status, name and request id in headers, message in the body", () => {
    expect(serialiseError(AwsError.notFound('Invalid stage identifier specified'), 'r-1')).toEqual({
      status: 404,
      headers: {
        'content-type': 'application/json',
        'x-amzn-ErrorType': 'NotFoundException',
        'x-amzn-RequestId': 'r-1',
      },
      body: '{"message":"Invalid stage identifier specified"}',
    });
  });

  it("puts details where the service's model of the error has them, and nowhere else", () => {
    const slow = AwsError.tooManyRequests('Too Many Requests', { retryAfterSeconds: '3', limitType: 'rate' });
    expect(serialiseError(slow, 'r', 'apigateway')).toMatchObject({
      headers: { 'Retry-After': '3' },
      body: '{"message":"Too Many Requests"}',
    });
    expect(JSON.parse(serialiseError(slow, 'r', 'apigatewayv2').body)).toEqual({
      message: 'Too Many Requests',
      limitType: 'rate',
    });
    expect(serialiseError(slow, 'r').headers).not.toHaveProperty('Retry-After');
  });

  it.each([
    [AwsError.badRequest('m'), 'BadRequestException', 400],
    [AwsError.validation('m'), 'ValidationException', 400],
    [AwsError.serialization('m'), 'SerializationException', 400],
    [AwsError.unauthorized('m'), 'UnauthorizedException', 401],
    [AwsError.accessDenied('m'), 'AccessDeniedException', 403],
    [AwsError.conflict('m'), 'ConflictException', 409],
    [AwsError.limitExceeded('m'), 'LimitExceededException', 429],
    [AwsError.serviceUnavailable('m'), 'ServiceUnavailableException', 503],
    [AwsError.internal(), 'InternalFailure', 500],
    [AwsError.unknownOperation(), 'UnknownOperationException', 404],
  ])('%s has its name and status', (error, code, status) => {
    expect([error.code, error.status]).toEqual([code, status]);
  });
});

describe("Lambda's errors", () => {
  it.each([
    ['ResourceNotFoundException', 404, { Type: 'User', Message: 'm' }],
    ['InvalidParameterValueException', 400, { Type: 'User', message: 'm' }],
    ['NotOfTheModelException', 400, { message: 'm' }],
  ])('%s spells its members as the model does', (code, status, body) => {
    const error = new AwsError(code, status, 'm', { type: 'User' });
    expect(JSON.parse(serialiseError(error, 'r', 'lambda').body)).toEqual(body);
  });
});

describe('notImplemented', () => {
  it('is a 501, which SDKs do not retry, and names the operation', () => {
    expect(notImplemented({ service: 'apigateway', name: 'CreateUsagePlan' })).toMatchObject({
      code: 'NotImplementedException',
      status: 501,
      message: 'Gatehouse does not implement apigateway:CreateUsagePlan yet.',
    });
  });
});
