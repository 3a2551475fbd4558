import { pathToFileURL } from 'node:url';
import { isAbsolute } from 'node:path';
import type { Problem, ProblemCode } from '../core/dataset/problem.ts';
import { rules } from '../core/dataset/problem.ts';
import { problemText } from '../messages/problems.ts';

/** A checked file under the name it was called by, with the problems that are listed. */
export type CheckedFile = { readonly file: string; readonly problems: readonly Problem[] };

const levels = { error: 'error', warning: 'warning', information: 'note' } as const;

/**
 * The problems as a log of the Static Analysis Results Interchange Format, SARIF 2.1.0 (OASIS, 2020). Lines and
 * columns count from 1, columns in UTF-16 units; ends are exclusive, as there. It holds no text of the files.
 */
export function toSarif(files: readonly CheckedFile[], version: string): object {
  const codes = [...new Set(files.flatMap(({ problems }) => problems.map(({ code }) => code)))].sort();
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Tunesmith', version, semanticVersion: version, rules: codes.map(toRule) } },
        columnKind: 'utf16CodeUnits',
        artifacts: files.map(({ file }) => ({ location: { uri: uriOf(file) } })),
        results: files.flatMap(({ file, problems }, index) =>
          problems.map((problem) => ({
            ruleId: problem.code,
            ruleIndex: codes.indexOf(problem.code),
            level: levels[problem.severity],
            message: { text: problemText(problem) },
            locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file), index }, region: regionOf(problem) } }],
            ...relatedOf(problem, file),
          })),
        ),
      },
    ],
  };
}

function toRule(code: ProblemCode): object {
  return { id: code, defaultConfiguration: { level: levels[rules[code].severity] } };
}

function relatedOf({ related }: Problem, file: string): object {
  if (!related || related.length === 0) {
    return {};
  }
  return {
    relatedLocations: related.map(({ file: other, range }, id) => ({
      id,
      physicalLocation: { artifactLocation: { uri: uriOf(other ?? file) }, region: regionOf({ range }) },
    })),
  };
}

function regionOf({ range: { start, end } }: Pick<Problem, 'range'>): object {
  return {
    startLine: start.line + 1,
    startColumn: start.character + 1,
    endLine: end.line + 1,
    endColumn: end.character + 1,
  };
}

/** A URI reference: relative where the file was named so, with slashes and escapes as URIs have them. */
function uriOf(file: string): string {
  return isAbsolute(file) ? pathToFileURL(file).href : file.split(/[\\/]/).map(encodeURIComponent).join('/');
}
