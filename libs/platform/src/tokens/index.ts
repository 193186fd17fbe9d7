export { OidcTokens, type OidcTokensOptions } from './oidc-tokens';
