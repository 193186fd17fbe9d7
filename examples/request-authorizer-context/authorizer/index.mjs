// A tenant's key and its name must belong together. What it says of the tenant goes on to the origin.
const TENANTS = { acme: { key: 'acme-key', plan: 'gold' }, umbrella: { key: 'umbrella-key', plan: 'free' } };

export const handler = async ({ identitySource: [key, name], requestContext }) => {
  const tenant = Object.hasOwn(TENANTS, name) ? TENANTS[name] : undefined;
  if (tenant?.key !== key) return { isAuthorized: false };
  return {
    isAuthorized: true,
    context: { tenant: name, plan: tenant.plan, from: requestContext.http.sourceIp },
  };
};
