/** Ids of everything package.json contributes; `npm run check` compares the two. */

export const commandIds = {
  datasetValidate: 'tunesmith.dataset.validate',
  datasetTreatAsDataset: 'tunesmith.dataset.treatAsDataset',
  datasetSetFormat: 'tunesmith.dataset.setFormat',
  datasetCompareWithTraining: 'tunesmith.dataset.compareWithTraining',
  datasetFixAll: 'tunesmith.dataset.fixAll',
  datasetShowStatistics: 'tunesmith.dataset.showStatistics',
  datasetOpenExample: 'tunesmith.dataset.openExample',
  datasetNextProblem: 'tunesmith.dataset.nextProblemExample',
  datasetPreviousProblem: 'tunesmith.dataset.previousProblemExample',
  prepareRunRecipe: 'tunesmith.prepare.runRecipe',
  prepareValidateRecipe: 'tunesmith.prepare.validateRecipe',
  prepareCreateRecipe: 'tunesmith.prepare.createRecipe',
  prepareOpenSample: 'tunesmith.prepare.openSample',
  connectionsSwitch: 'tunesmith.connections.switch',
  connectionsAdd: 'tunesmith.connections.add',
  connectionsTest: 'tunesmith.connections.test',
  connectionsRemove: 'tunesmith.connections.remove',
  connectionsSetKey: 'tunesmith.connections.setKey',
  connectionsRemoveKey: 'tunesmith.connections.removeKey',
  engineShowStatus: 'tunesmith.engine.showStatus',
  engineRestart: 'tunesmith.engine.restart',
  engineShowLog: 'tunesmith.engine.showLog',
  engineShowDiskUse: 'tunesmith.engine.showDiskUse',
  engineDeleteData: 'tunesmith.engine.deleteData',
  jobsCreate: 'tunesmith.jobs.create',
  jobsCreateAgain: 'tunesmith.jobs.createAgain',
  jobsPreflight: 'tunesmith.jobs.preflight',
  jobsValidateFile: 'tunesmith.jobs.validateFile',
  jobsEstimateFile: 'tunesmith.jobs.estimateFile',
  jobsRunFile: 'tunesmith.jobs.runFile',
  jobsShowSpending: 'tunesmith.jobs.showSpending',
  jobsResumeUpload: 'tunesmith.jobs.resumeUpload',
  jobsRefresh: 'tunesmith.jobs.refresh',
  jobsLoadMore: 'tunesmith.jobs.loadMore',
  jobsCancel: 'tunesmith.jobs.cancel',
  jobsCopyId: 'tunesmith.jobs.copyId',
  metricsShow: 'tunesmith.metrics.show',
  chatOpen: 'tunesmith.chat.open',
  chatOpenInEditor: 'tunesmith.chat.openInEditor',
  chatSelectModel: 'tunesmith.chat.selectModel',
  chatAskAboutSelection: 'tunesmith.chat.askAboutSelection',
  chatClear: 'tunesmith.chat.clear',
  helpShowLog: 'tunesmith.help.showLog',
  helpCopyDiagnostics: 'tunesmith.help.copyDiagnostics',
} as const;

export const viewIds = {
  container: 'tunesmith',
  jobs: 'tunesmith.jobs',
  chat: 'tunesmith.chat',
  metricsPanel: 'tunesmith.metrics',
  chatPanel: 'tunesmith.chatPanel',
  statisticsPanel: 'tunesmith.statistics',
} as const;

export const settingIds = {
  connections: 'tunesmith.connections',
  providers: 'tunesmith.providers',
  engineThreads: 'tunesmith.engine.threads',
  engineIdleMinutes: 'tunesmith.engine.idleMinutes',
  notifyWhenFinished: 'tunesmith.jobs.notifyWhenFinished',
  costMaxPerJob: 'tunesmith.cost.maxPerJob',
  costMaxPerMonth: 'tunesmith.cost.maxPerMonth',
  costPrices: 'tunesmith.cost.prices',
  datasetValidate: 'tunesmith.dataset.validate',
  rules: 'tunesmith.rules',
  datasetTokenHints: 'tunesmith.dataset.tokenHints',
} as const;

export const contextKeys = {
  /** Which welcome the job tree shows; the values are `JobsState` of the job watcher. */
  jobsState: 'tunesmith.jobsState',
  /** The active editor shows a dataset. */
  activeIsDataset: 'tunesmith.activeIsDataset',
} as const;
