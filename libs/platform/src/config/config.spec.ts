import { ConfigError, readConfig } from './config';

const refusal = (environment: NodeJS.ProcessEnv): string => {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('configuration', () => {
  it('binds loopback and keeps state in .gatehouse by default', () => {
    const config = readConfig({});
    expect(config.adminListen).toEqual({ host: '127.0.0.1', port: 4566 });
    expect(config.gatewayListen).toEqual({ host: '127.0.0.1', port: 8080 });
    expect(config.managementListen).toEqual({ host: '127.0.0.1', port: 8090 });
    expect(config.dataDir).toMatch(/\/\.gatehouse$/);
    expect([config.accountId, config.region]).toEqual(['000000000000', 'us-east-1']);
    expect(config.databaseUrl).toBeUndefined();
  });

  it('stops on an unknown GATEHOUSE_ name and tells the nearest known one', () => {
    expect(refusal({ GATEHOUSE_ADMIN_LISTN: '127.0.0.1:1' })).toBe(
      'unknown setting GATEHOUSE_ADMIN_LISTN; did you mean GATEHOUSE_ADMIN_LISTEN?',
    );
  });

  it('takes an account’s limit whole or not at all, and has none by default', () => {
    const [rate, burst] = [{ GATEHOUSE_ACCOUNT_RATE_LIMIT: '10' }, { GATEHOUSE_ACCOUNT_BURST_LIMIT: '0' }];
    expect(readConfig({}).accountLimit).toBeUndefined();
    expect(readConfig({ ...rate, ...burst }).accountLimit).toEqual({ rate: 10, burst: 0 });
    expect(refusal(rate)).toContain('go together');
    expect(refusal(burst)).toContain('go together');
    expect(refusal({ ...burst, GATEHOUSE_ACCOUNT_RATE_LIMIT: '-1' })).toContain('must be a whole number');
  });

  it('refuses an admin listener off loopback without TLS unless the flag says so', () => {
    const open = { GATEHOUSE_ADMIN_LISTEN: '0.0.0.0:4566' };
    expect(refusal(open)).toContain('is not loopback and has no TLS');
    expect(refusal({ ...open, GATEHOUSE_ADMIN_ALLOW_INSECURE: 'true' })).toBe('accepted');
    expect(refusal({ ...open, GATEHOUSE_ADMIN_ALLOW_INSECURE: '1' })).toContain('is not loopback');
    expect(refusal({ ...open, GATEHOUSE_ADMIN_TLS_CERT_FILE: 'c', GATEHOUSE_ADMIN_TLS_KEY_FILE: 'k' })).toBe(
      'accepted',
    );
  });

  it('leaves the function host out at none, and refuses it off loopback unless the flag says so', () => {
    expect(readConfig({}).functionsListen).toEqual({ host: '127.0.0.1', port: 4567 });
    expect(readConfig({ GATEHOUSE_FUNCTIONS_LISTEN: 'none' }).functionsListen).toBeUndefined();
    const open = { GATEHOUSE_FUNCTIONS_LISTEN: '0.0.0.0:4567' };
    expect(refusal(open)).toContain('GATEHOUSE_FUNCTIONS_LISTEN=0.0.0.0:4567 is not loopback');
    expect(refusal({ ...open, GATEHOUSE_ADMIN_ALLOW_INSECURE: 'true' })).toBe('accepted');
  });

  it.each([
    ['GATEHOUSE_FUNCTIONS_LISTEN', '4567'],
    ['GATEHOUSE_FUNCTIONS_MAX_CONCURRENCY', '0'],
    ['GATEHOUSE_FUNCTIONS_IDLE_SECONDS', 'x'],
    ['GATEHOUSE_GATEWAY_LISTEN', '8080'],
    ['GATEHOUSE_GATEWAY_LISTEN', 'host:99999'],
    ['GATEHOUSE_ACCOUNT_ID', '12'],
    ['AWS_REGION', 'moon'],
    ['GATEHOUSE_PRIVATE_ORIGINS', 'some'],
    ['GATEHOUSE_DRAIN_SECONDS', '-1'],
    ['GATEHOUSE_LOG_LEVEL', 'loud'],
    ['GATEHOUSE_ADMIN_TLS_KEY_FILE', 'k'],
    ['GATEHOUSE_ADMIN_ACCESS_KEY_ID', 'k'],
  ])('refuses %s=%s and names the setting', (name, value) => {
    expect(refusal({ [name]: value })).toContain(name);
  });

  it('takes IPv6 addresses in brackets', () => {
    expect(readConfig({ GATEHOUSE_GATEWAY_LISTEN: '[::1]:8080' }).gatewayListen).toEqual({
      host: '::1',
      port: 8080,
    });
  });
});
