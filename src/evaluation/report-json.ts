import type { Report } from './report.ts';

/** The report without the values of single users, which only serve comparisons. */
export const withoutUsers = (report: Report) => ({
  ...report,
  trials: report.trials.map((trial) => ({
    ...trial,
    rows: trial.rows.map(({ quality, ...row }) => {
      const { ndcgByUser: _, ...metrics } = quality;
      return { ...row, ...metrics };
    }),
  })),
});
