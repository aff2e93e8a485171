import { RegistryError } from './registry-error.ts';
import { type Route, tokenPath } from './route.ts';
import type { RegistrySettings, Right } from './settings.ts';
import type { Action, Token, Tokens } from './tokens.ts';

/** Name of the service in challenges and token requests. */
export const serviceName = 'sandbox-registry';

export interface Credentials {
  readonly kind: 'none' | 'basic' | 'bearer' | 'other';
  /** Undefined for nobody, and for credentials that are wrong. */
  readonly user: string | undefined;
  /** As it came, without the scheme. */
  readonly text: string;
}

interface Who {
  readonly settings: RegistrySettings;
  readonly tokens: Tokens;
  readonly now: number;
}

export function readCredentials(header: string | undefined, { settings, tokens, now }: Who): Credentials {
  if (!header) return { kind: 'none', user: undefined, text: '' };
  const [scheme = '', text = ''] = header.split(' ');
  if (scheme.toLowerCase() === 'bearer') return { kind: 'bearer', user: tokens.find(text, now)?.user, text };
  if (scheme.toLowerCase() !== 'basic') return { kind: 'other', user: undefined, text };
  const [, name = '', password = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(text, 'base64').toString()) ?? [];
  return { kind: 'basic', user: checkPassword(name, password, settings, tokens), text };
}

/** A user's password, or a refresh token, which needs no name. */
export function checkPassword(
  name: string,
  password: string,
  settings: RegistrySettings,
  tokens: Tokens,
): string | undefined {
  const isRight = Object.hasOwn(settings.users, name) && settings.users[name] === password;
  return isRight ? name : tokens.userOfRefresh(password);
}

/** What the right lets somebody do. */
export function actionsOf(right: Right): readonly Action[] {
  const by = { nothing: [], pull: ['pull'], push: ['pull', 'push', 'delete'] } as const satisfies Record<
    Right,
    readonly Action[]
  >;
  return by[right];
}

export function actionFor(method: string): Action {
  if (method === 'GET' || method === 'HEAD') return 'pull';
  return method === 'DELETE' ? 'delete' : 'push';
}

export interface AccessRequest extends Who {
  readonly route: Route;
  readonly method: string;
  readonly credentials: Credentials;
  /** `http://127.0.0.1:5000`. */
  readonly baseUrl: string;
}

/** Whether whoever asks may do this with a repository. */
export function isAllowed(request: AccessRequest, repository: string, action: Action): boolean {
  const { settings, credentials } = request;
  switch (settings.auth) {
    case 'none':
      return true;
    case 'basic':
      return actionsOf(settings.allow(credentials.user, repository)).includes(action);
    case 'token':
      return (
        tokenOf(request)?.grants.some(
          (grant) => grant.repository === repository && grant.actions.includes(action),
        ) === true
      );
    default:
      return settings.auth satisfies never;
  }
}

/** @throws {RegistryError} UNAUTHORIZED with a challenge */
export function authorize(request: AccessRequest): void {
  const { settings, route, credentials } = request;
  if (settings.auth === 'none' || route.kind === 'token' || route.kind === 'other') return;
  const action = actionFor(request.method);
  const repository = 'repository' in route ? route.repository : undefined;
  if (settings.auth === 'basic') {
    const isWrong = credentials.kind !== 'none' && credentials.user === undefined;
    const isEnough =
      repository === undefined ? credentials.user !== undefined : isAllowed(request, repository, action);
    if (isWrong || !isEnough) throw refusal('Basic realm="Sandbox Registry"');
    return;
  }
  const token = tokenOf(request);
  if (token && (repository === undefined || isAllowed(request, repository, action))) return;
  const scope = repository === undefined ? '' : `,scope="repository:${repository}:${scopeActions(action)}"`;
  const error = challengeError(token, credentials);
  throw refusal(`Bearer realm="${request.baseUrl}${tokenPath}",service="${serviceName}"${scope}${error}`);
}

function tokenOf({ credentials, tokens, now }: AccessRequest): Token | undefined {
  return credentials.kind === 'bearer' ? tokens.find(credentials.text, now) : undefined;
}

function challengeError(token: Token | undefined, { kind }: Credentials): string {
  if (token) return ',error="insufficient_scope"';
  return kind === 'bearer' ? ',error="invalid_token"' : '';
}

function scopeActions(action: Action): string {
  return action === 'push' ? 'pull,push' : action;
}

function refusal(challenge: string): RegistryError {
  return new RegistryError('UNAUTHORIZED', { headers: { 'www-authenticate': challenge } });
}
