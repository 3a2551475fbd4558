import { azureProfile } from '../core/providers/azure.ts';
import { parseAzureAddress } from '../core/providers/azureAddress.ts';
import type { Service } from '../core/providers/port.ts';
import { findBaseModel } from '../core/providers/profile.ts';
import type { JobCreateRequest } from '../core/providers/wire.ts';
import type { Exchange } from './exchange.ts';
import { createOpenAIService, type UploadsPlace } from './openaiService.ts';

/** The version under which the classic API takes files in parts; version 1 of the API has no route for them. */
const classicVersion = '2025-04-01-preview';

/** OpenAI's format with Azure's tiers of training. */
export function createAzureService(exchange: Exchange): Service {
  return createOpenAIService(exchange, { toBody, uploads: uploadsOf(exchange.options.baseURL) });
}

/** A model with open weights is refused without a tier; OpenAI's own have one that counts if none is named. */
function toBody(request: JobCreateRequest): JobCreateRequest {
  if (request.trainingType !== undefined) return request;
  const isOpen = findBaseModel(azureProfile, request.model)?.openWeights ?? !/^(?:gpt-[345]|o\d)/.test(request.model);
  const [tier] = azureProfile.trainingTypes?.value ?? [];
  return isOpen && tier !== undefined ? { ...request, trainingType: tier } : request;
}

/**
 * The address of a project answers 404 for uploads in parts, and the key goes to no other host: only a connection
 * with the address of the resource has them. An address that is not Azure's own (a gateway) is taken at its word.
 */
function uploadsOf(baseURL: string): UploadsPlace | null {
  const address = parseAzureAddress(baseURL);
  if (address === undefined) return { path: '/uploads' };
  const { origin, hostname } = new URL(baseURL);
  if (address.project !== undefined || hostname.endsWith('.services.ai.azure.com')) return null;
  return { path: `${origin}/openai/uploads`, query: { 'api-version': classicVersion } };
}
