import type { JsonObject } from '@fluxctl/shared/kube-object';
import type { Credentials, User } from '../access/credentials.ts';
import type { DenyRules } from '../access/deny-rules.ts';
import type { RequestInfo } from '../access/request-info.ts';
import { isObject, type KubeObject, listAt, objectAt, stringAt } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';

const reviewKinds: ReadonlySet<string> = new Set([
  'LocalSubjectAccessReview',
  'SelfSubjectAccessReview',
  'SelfSubjectReview',
  'SubjectAccessReview',
  'TokenReview',
]);

/** Kinds that are questions: they are answered, and never stored. */
export function isReview(kind: Kind): boolean {
  return reviewKinds.has(kind.kind);
}

function userInfo({ name, groups }: User): JsonObject {
  return { username: name, groups: [...new Set([...groups, 'system:authenticated'])] };
}

function askedFor(spec: JsonObject, user: string): RequestInfo {
  const attributes = objectAt(spec, 'resourceAttributes');
  const path = stringAt(spec, 'nonResourceAttributes', 'path') ?? '';
  return {
    verb: stringAt(attributes, 'verb') ?? stringAt(spec, 'nonResourceAttributes', 'verb') ?? '',
    method: '',
    url: path,
    path,
    user: stringAt(spec, 'user') ?? user,
    group: stringAt(attributes, 'group') ?? '',
    resource: stringAt(attributes, 'resource'),
    subresource: stringAt(attributes, 'subresource'),
    namespace: stringAt(attributes, 'namespace'),
    name: stringAt(attributes, 'name'),
  };
}

function tokenStatus(spec: JsonObject, credentials: Credentials): JsonObject {
  try {
    const user = credentials.userOf(`Bearer ${stringAt(spec, 'token') ?? ''}`);
    return {
      authenticated: true,
      user: userInfo(user),
      audiences:
        listAt(spec, 'audiences').length > 0
          ? [...listAt(spec, 'audiences')]
          : ['https://kubernetes.default.svc'],
    };
  } catch {
    return { user: {}, error: 'invalid bearer token' };
  }
}

/** The review with its status. */
export function answerReview(
  kind: Kind,
  review: KubeObject,
  user: User,
  credentials: Credentials,
  denied: DenyRules,
): JsonObject {
  const spec = isObject(review['spec']) ? review['spec'] : {};
  const answered = (status: JsonObject): JsonObject => ({ ...review, metadata: {}, status });
  if (kind.kind === 'SelfSubjectReview') return answered({ userInfo: userInfo(user) });
  if (kind.kind === 'TokenReview') return answered(tokenStatus(spec, credentials));
  return answered({ allowed: denied.allows(askedFor(spec, user.name)) });
}
