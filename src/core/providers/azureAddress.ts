import { azureProfile } from './azure.ts';
import { isHost } from './providers.ts';

/** What a Microsoft Foundry or Azure OpenAI address says. */
export type AzureAddress = {
  readonly resource: string;
  /** Absent in the address of a resource. */
  readonly project?: string;
};

/** Names as Azure takes them: letters, digits and hyphens. */
export function isAzureName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9-]{0,62}[A-Za-z0-9]$/.test(name);
}

/** The base URL of version 1 of the API: of a project, or of a resource without one. */
export function toAzureBaseURL({ resource, project }: AzureAddress): string {
  return project === undefined
    ? `https://${resource}.openai.azure.com/openai/v1`
    : `https://${resource}.services.ai.azure.com/api/projects/${project}/openai/v1`;
}

/** True for a host of Azure, whatever its path. */
export function isAzureHost(hostname: string): boolean {
  return azureProfile.hosts.some((host) => isHost(hostname, host));
}

/** Reads resource and project back; undefined for an address that is not Azure's. */
export function parseAzureAddress(baseURL: string): AzureAddress | undefined {
  if (!URL.canParse(baseURL)) return undefined;
  const { hostname, pathname } = new URL(baseURL);
  if (!isAzureHost(hostname)) return undefined;
  const [resource = ''] = hostname.split('.');
  const project = /^\/api\/projects\/([^/]+)/.exec(pathname)?.[1];
  return { resource, ...(project === undefined ? {} : { project: decodeURIComponent(project) }) };
}

/**
 * An address of Azure as portal and documents show it, with the path of version 1: the bare endpoint of a resource or
 * of a project, and the classic `/openai` path. Any other address comes back as it is.
 */
export function completeAzureURL(baseURL: string): string {
  const address = parseAzureAddress(baseURL);
  if (address === undefined) return baseURL;
  const { origin, pathname } = new URL(baseURL);
  const path = pathname.replace(/\/+$/, '');
  if (path.endsWith('/openai/v1')) return origin + path;
  const project = /^(\/api\/projects\/[^/]+)(?:\/openai)?$/.exec(path)?.[1];
  if (project !== undefined) return `${origin}${project}/openai/v1`;
  return path === '' || path === '/openai' || path === '/v1' ? `${origin}/openai/v1` : origin + path;
}

/** An Entra ID token is a JSON Web Token; the key of a resource is not. Tokens go into `Authorization` only. */
export function isEntraToken(key: string): boolean {
  return /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(key);
}
