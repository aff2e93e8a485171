import { actionsOf, type Credentials, checkPassword } from './access.ts';
import { type Answer, jsonAnswer } from './answer.ts';
import { RegistryError } from './registry-error.ts';
import type { RegistrySettings } from './settings.ts';
import { parseScopes, type Tokens } from './tokens.ts';

export interface TokenRequest {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  readonly credentials: Credentials;
  readonly settings: RegistrySettings;
  readonly tokens: Tokens;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Gives out a token with as much of what was asked for as the user may do. By GET, and by POST as OAuth 2 has it.
 * @throws {RegistryError} UNAUTHORIZED for credentials that are wrong
 */
export function answerTokenRequest(request: TokenRequest): Answer {
  const { method, credentials, settings, tokens, now } = request;
  if (method !== 'GET' && method !== 'POST') throw new RegistryError('UNSUPPORTED');
  const parameters = method === 'GET' ? request.query : new URLSearchParams(request.body.toString());
  const user = method === 'GET' ? credentials.user : userOfForm(parameters, settings, tokens);
  const isWrong = method === 'POST' ? user === undefined : credentials.kind !== 'none' && user === undefined;
  if (isWrong) throw new RegistryError('UNAUTHORIZED', { message: 'incorrect username or password' });

  const grants = parseScopes(parameters.getAll('scope')).map(({ repository, actions }) => {
    const may = actionsOf(settings.allow(user, repository));
    return { repository, actions: actions.filter((action) => may.includes(action)) };
  });
  const token = tokens.issue({ user, grants, expires: now + settings.tokenLife * 1000 });
  const { member, tellsLife } = settings.tokenAnswer;
  const wantsRefresh =
    parameters.get('offline_token') === 'true' || parameters.get('access_type') === 'offline';
  return jsonAnswer({
    ...(member !== 'access_token' && { token }),
    ...(member !== 'token' && { access_token: token }),
    ...(tellsLife && { expires_in: settings.tokenLife, issued_at: new Date(now).toISOString() }),
    ...(wantsRefresh && user !== undefined && { refresh_token: tokens.issueRefresh(user) }),
  });
}

function userOfForm(form: URLSearchParams, settings: RegistrySettings, tokens: Tokens): string | undefined {
  switch (form.get('grant_type')) {
    case 'refresh_token':
      return tokens.userOfRefresh(form.get('refresh_token') ?? '');
    case 'password':
      return checkPassword(form.get('username') ?? '', form.get('password') ?? '', settings, tokens);
    default:
      return undefined;
  }
}
