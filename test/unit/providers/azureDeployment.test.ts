import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toAzureDeployCommand } from '../../../src/core/providers/azureDeployment.ts';

describe('the command that deploys a tuned model of Azure', () => {
  it('has everything filled in that the connection and the job tell', () => {
    assert.equal(
      toAzureDeployCommand('https://mine.services.ai.azure.com/api/projects/team/openai/v1', 'gpt-4.1-mini-2025-04-14.ft-0123456789abcdef0123456789abcdef'),
      'az cognitiveservices account deployment create --name mine --resource-group <resource-group> ' +
        '--deployment-name gpt-4.1-mini-2025-04-14.ft-0123456789abcdef0123456789abcdef ' +
        '--model-name gpt-4.1-mini-2025-04-14.ft-0123456789abcdef0123456789abcdef --model-version "1" ' +
        '--model-format OpenAI --sku-name Standard --sku-capacity 1',
    );
  });

  it('has the format and the tier of open weights', () => {
    const command = toAzureDeployCommand('https://mine.openai.azure.com/openai/v1', 'gpt-oss-20b.ft-0123456789abcdef-mine');
    assert.match(command, /--name mine .*--model-format OpenAI-OSS --sku-name GlobalStandard --sku-capacity 100$/);
  });

  it('leaves open what it cannot know', () => {
    assert.match(toAzureDeployCommand('https://gateway.example/v1', 'm'), /--name <resource> --resource-group <resource-group>/);
    assert.match(toAzureDeployCommand(undefined, 'm'), /--name <resource> /);
  });

  it('cannot be broken out of by the name of a model', () => {
    const command = toAzureDeployCommand(undefined, 'a"; rm -rf $HOME `id` %PATH%\n& b');
    assert.match(command, /--model-name "a; rm -rf HOME id PATH& b" --model-version/);
    assert.match(command, /--deployment-name a-rm--rf-HOME-id-PATH-b /);
    assert.doesNotMatch(command, /\n/);
  });
});
