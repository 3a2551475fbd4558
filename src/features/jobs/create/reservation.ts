import * as vscode from 'vscode';
import type { Service } from '../../../core/providers/port.ts';
import type { JobCreateRequest } from '../../../core/providers/wire.ts';
import { breachText, dollarsText } from '../../../messages/cost.ts';
import { reasonText } from '../../../messages/preflight.ts';
import { caps } from '../../../platform/spending.ts';
import type { ConfirmedPlan } from './askPlan.ts';
import type { CreateServices } from './services.ts';

/** Something that the person already knows of, or that was just said to them. */
export class Refusal extends Error {}

/** What was refused only once the files were at the service says that they are there. */
export function afterUpload(refusal: Refusal, { plan, check }: ConfirmedPlan): Refusal {
  const sent = [check.training, check.validation].flatMap((each) => (each?.file.kind === 'local' ? [each.name] : []));
  if (sent.length === 0) return refusal;
  const names = new Intl.ListFormat(vscode.env.language).format(sent);
  return new Refusal(`${refusal.message} ${vscode.l10n.t('No job was made; uploaded to {0}, and still there: {1}.', plan.connection.label, names)}`);
}

/** The caps are kept once more before the first byte leaves: other windows may have spent meanwhile. */
export async function refuseAboveCaps({ spending }: CreateServices, { check: { cost } }: ConfirmedPlan): Promise<void> {
  const breach = cost.kind === 'dollars' ? await spending.breach(cost.dollars.high, Date.now()) : undefined;
  if (breach !== undefined) throw new Refusal(breachText(breach, vscode.env.language));
}

/**
 * A cap that cannot be kept is no cap. A profile may promise that the service names its price; whether it was asked, or
 * can be, is what `isTold` says.
 */
export function refuseUnpriced({ plan, check: { cost } }: ConfirmedPlan, isTold: boolean): void {
  if (cost.kind !== 'unknown' || isTold) return;
  const { perJob, perMonth } = caps();
  if ([perJob, perMonth, plan.maxCost].every((cap) => cap === undefined)) return;
  throw new Refusal(reasonText({ code: 'cap.priceUnknown' }, vscode.env.language).sentence);
}

/**
 * Right before the job is asked for, for all windows: an upload that a window did not live to end holds no money.
 * `told` is what the service itself wants.
 */
export async function reserve({ spending }: CreateServices, confirmed: ConfirmedPlan, requestId: string, told: number | undefined): Promise<void> {
  const { plan, check: { cost } } = confirmed;
  refuseUnpriced(confirmed, told !== undefined);
  const dollars = told === undefined ? (cost.kind === 'dollars' ? cost.dollars : undefined) : { likely: told, high: told };
  if (dollars === undefined) return;
  const { likely, high } = dollars;
  const breach = await spending.reserve({
    ...{ kind: 'reserved', id: requestId, at: Date.now(), likely, high, price: cost.kind === 'dollars' ? cost.price.value : undefined },
    ...{ connection: plan.connection.id, model: plan.draft.model },
  });
  if (breach !== undefined) throw new Refusal(breachText(breach, vscode.env.language));
}

/**
 * Some services tell the price of a job once its file is there; if it is more than was confirmed, it is asked again.
 * Resolves to that price.
 */
export async function confirmServicePrice(
  { spending }: CreateServices,
  service: Service,
  request: JobCreateRequest,
  { plan, check }: ConfirmedPlan,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (service.estimates === undefined || !plan.connection.profile.charges) return undefined;
  const { price, allowed } = await service.estimates.price(request, signal);
  const locale = vscode.env.language;
  if (allowed === false) {
    throw new Refusal(vscode.l10n.t('The service wants {0} for this job, and the account does not cover it.', dollarsText(price, locale)));
  }
  const { cost } = check;
  if (cost.kind === 'dollars' && price <= cost.dollars.high) return price;
  const cap = Math.min(caps().perJob ?? Number.POSITIVE_INFINITY, plan.maxCost ?? Number.POSITIVE_INFINITY);
  const breach = price > cap ? ({ kind: 'job', cap, high: price } as const) : await spending.breach(price, Date.now());
  if (breach !== undefined) throw new Refusal(breachText(breach, locale));
  const create = vscode.l10n.t('Create Job');
  const title = vscode.l10n.t('The service wants {0} for this job.', dollarsText(price, locale));
  const before =
    cost.kind === 'dollars'
      ? vscode.l10n.t('That is more than the estimate that you confirmed ({0}).', dollarsText(cost.dollars.high, locale))
      : vscode.l10n.t('No price was known before.');
  const detail = `${before} ${vscode.l10n.t('The file is uploaded, which costs nothing; the job is not made yet.')}`;
  if ((await vscode.window.showWarningMessage(title, { modal: true, detail }, create)) !== create) throw new vscode.CancellationError();
  return price;
}
