import { azureProfile } from './azure.ts';
import { parseAzureAddress } from './azureAddress.ts';
import { findBaseModel } from './profile.ts';

/**
 * The command line that deploys a tuned model of Azure, which this API cannot do. What stands in angle brackets only
 * the person knows. A wrong format gets an error that explains nothing, so it is told by the base model: OpenAI's
 * own, or one with open weights, which is deployed globally and in another unit of capacity.
 * Source: `az cognitiveservices account deployment`, Microsoft's notes on fine-tuning (2026).
 * @param baseURL of the connection, which names the resource unless it is a gateway
 */
export function toAzureDeployCommand(baseURL: string | undefined, model: string): string {
  const resource = (baseURL === undefined ? undefined : parseAzureAddress(baseURL)?.resource) ?? '<resource>';
  const isOpen = findBaseModel(azureProfile, model)?.openWeights === true;
  return [
    'az cognitiveservices account deployment create',
    `--name ${resource} --resource-group <resource-group>`,
    `--deployment-name ${toDeploymentName(model)} --model-name ${quote(model)} --model-version "1"`,
    isOpen
      ? '--model-format OpenAI-OSS --sku-name GlobalStandard --sku-capacity 100'
      : '--model-format OpenAI --sku-name Standard --sku-capacity 1',
  ].join(' ');
}

/** A name that Azure takes and that still tells the model: up to 64 letters, digits, dots, hyphens, underscores. */
function toDeploymentName(model: string): string {
  return model.replace(/[^\w.-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '').slice(0, 64).replace(/[^A-Za-z0-9]+$/, '') || 'tuned';
}

/** In quotation marks of any shell unless it is plain; what would end them cannot be part of a model's name. */
function quote(text: string): string {
  return /^[\w.:-]+$/.test(text) ? text : `"${text.replace(/["\\$`!%\r\n]/g, '')}"`;
}
