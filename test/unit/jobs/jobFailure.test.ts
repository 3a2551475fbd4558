import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failedLines, readJobFailure } from '../../../src/core/jobs/jobFailure.ts';
import { jobFailureTexts } from '../../../src/messages/jobFailures.ts';

const invalid = 'The job failed due to an invalid training file. ';

/** code, message, param -> kind, lines, what the summary says. */
const cases: readonly (readonly [string | null, string | null, string | null, string, readonly number[], RegExp])[] = [
  ['invalid_n_examples', 'Training file has 3 example(s), but must have at least 10 examples', 'training_file', 'tooFewExamples', [], /3 examples; at least 10/],
  ['invalid_training_file', `${invalid}Invalid file format. Example 100, message 2 Discriminator 'role' is missing in value`, 'training_file', 'badExample', [100], /Message 2 in line 100 of the training file/],
  ['invalid_training_file', `${invalid}Invalid file format. Example 536 contains an extra "tools".`, 'training_file', 'badExample', [536], /Line 536/],
  ['invalid_training_file', `${invalid}Unexpected file format, expected either prompt/completion pairs or chat messages.`, 'training_file', 'otherFormat', [], /format/],
  [
    'invalid_training_file',
    `${invalid}Invalid file format. Input file file-1 is in the fine-tune-chat format, but the specified fine-tuning job is not using 'supervised' as the training method (provided method=dpo).`,
    'training_file',
    'otherMethod',
    [],
    /dpo/,
  ],
  ['invalid_training_file', `${invalid}'str' object has no attribute 'get'`, 'training_file', 'contentShape', [], /shape/],
  ['invalid_training_file', `${invalid}This file failed moderation safety checks. See the guide. Flagged lines: 4, 13, 200`, 'training_file', 'flaggedLines', [4, 13, 200], /4, 13, 200/],
  [
    'invalid_training_file',
    `${invalid}This training file was blocked because too many examples were flagged by our moderation API in the following categories: hate. Contact us.`,
    'training_file',
    'flaggedFile',
    [],
    /moderation: hate$/,
  ],
  ['invalid_file_format', 'The job failed due to a file format error in the training file. Invalid file format. Example 1 contains an extra "weight".', 'training_file', 'badExample', [1], /Line 1 /],
  ['invalid_file_format', "Invalid file format. Example 7 is missing key 'messages'", 'validation_file', 'badExample', [7], /Line 7 of the validation file/],
  ['invalid_training_file', 'It cannot be read', 'training_file', 'badFile', [], /cannot train on the training file/],
  ['server_error', 'The job failed due to an internal error', null, 'internal', [], /fault of its own/],
  ['training_diverged', 'The training loss became NaN at step 7: …', null, 'diverged', [], /range of numbers/],
  ['disk_full', 'The job failed because the disk is nearly full: …', null, 'diskFull', [], /nearly full/],
  ['exceeded_quota', 'You exceeded your quota', null, 'quota', [], /credit/],
  ['odd', 'Something happened', null, 'unknown', [], /^Something happened$/],
  [null, null, null, 'unknown', [], /gave no reason/],
];

for (const [code, message, param, kind, lines, summary] of cases) {
  test(`a job that failed with ${message ?? 'nothing said'} is explained`, () => {
    const error = { code, message, param };
    const failure = readJobFailure(error);
    assert.equal(failure.kind, kind);
    assert.deepEqual(failedLines(failure), lines);
    const texts = jobFailureTexts(error);
    assert.match(texts.summary, summary);
    assert.ok(texts.advice.endsWith('.'));
    assert.equal(texts.quote, message ?? '');
  });
}

test('an error that is no error says so', () => {
  assert.equal(readJobFailure(null).kind, 'unknown');
  assert.match(jobFailureTexts(null).summary, /gave no reason/);
});
