import { accessRows } from './errorRows/accessRows.ts';
import { networkRows } from './errorRows/networkRows.ts';
import { requestRows } from './errorRows/requestRows.ts';
import type { Row } from './errorRows/row.ts';
import { serviceRows } from './errorRows/serviceRows.ts';

export type { AdviceAction } from './errorRows/row.ts';

/**
 * Every failure that a service, the Local engine or the way between can have, from the particular to the general: the
 * first row that fits counts. The last rows fit everything of their kind, so that nothing is without words.
 */
export const serviceErrorRows: readonly Row[] = [...accessRows, ...requestRows, ...serviceRows, ...networkRows];
