import { json, Loopback, type Answer } from '../unit/api/loopback.ts';

/** `METHOD /path` without the version and the query, or a function of what is asked. `*` stands for one id. */
export type Routes = Readonly<Record<string, Answer>>;

/** A service on this machine that knows a few routes and answers 404 to everything else, as services do. */
export function listenAt(routes: Routes): Promise<Loopback> {
  return Loopback.listen((response, seen) => {
    const asked = `${seen.method} ${seen.path.replace(/\?.*$/, '')}`;
    const route = Object.keys(routes).find((pattern) => toExpression(pattern).test(asked));
    const answer = route === undefined ? json(404, { error: { message: `No route ${asked}`, type: 'invalid_request_error', param: null, code: null } }) : routes[route];
    return answer?.(response, seen);
  });
}

function toExpression(pattern: string): RegExp {
  return new RegExp(`^${pattern.replace(/[.+?^$()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]+')}$`);
}
