import type { Service } from '../core/providers/port.ts';
import { createAzureService } from './azureService.ts';
import { Exchange, type ExchangeOptions } from './exchange.ts';
import { createNebiusService } from './nebiusService.ts';
import { createOpenAIService } from './openaiService.ts';
import { createTogetherService } from './together/togetherService.ts';

/**
 * The port over HTTP. Every failure is a ServiceError, except one of the uploaded file itself, which is thrown as it
 * is. Reading is repeated within a budget; nothing that creates, changes or costs is ever repeated: after 'cutOff' it
 * may have happened, after 'unreachable' it has not.
 */
export function createService(options: ExchangeOptions): Service {
  const exchange = new Exchange(options);
  const { wire = 'openai' } = options;
  switch (wire) {
    case 'openai':
      return createOpenAIService(exchange);
    case 'azure':
      return createAzureService(exchange);
    case 'nebius':
      return createNebiusService(exchange);
    case 'together':
      return createTogetherService(exchange);
    default:
      return wire satisfies never;
  }
}
