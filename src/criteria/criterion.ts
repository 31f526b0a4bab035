import type { Question, Scored, ScorerDefinition } from '../contract/scoring.ts';
import { type Catalogue, catalogueModel, decodeCatalogue } from './catalogue.ts';
import { parseSettings, type SettingTable, type SettingTexts, type SettingValues } from './settings.ts';
import type { TrainingData } from './training-data.ts';

/**
 * One way to judge items: a plug-in. Its own file holds its settings, how it is fitted, how it scores and when it
 * abstains; the registry lists it.
 */
export interface Criterion {
  name: string;
  settings: SettingTable;
  /** Fits the model named like the criterion. Null: it judges by the catalogue alone. The same data gives the same bytes. */
  fit: ((data: TrainingData, settings: SettingTexts) => Uint8Array<ArrayBuffer>) | null;
  definition: ScorerDefinition;
}

/** Scores one question with one model. A model is used by one thread, so it may keep scratch memory between calls. */
export type Judge = (question: Question) => Scored | null;

interface CriterionParts<Table extends SettingTable> {
  name: string;
  settings: Table;
  fit: ((data: TrainingData, settings: SettingValues<Table>) => Uint8Array<ArrayBuffer>) | null;
  /** Builds what scores from the catalogue and the fitted bytes (empty where nothing is fitted). */
  load(catalogue: Catalogue, fitted: Uint8Array, settings: SettingValues<Table>): Judge;
}

/** Makes a criterion of its parts: settings are parsed, the catalogue is decoded and wanted models are named here once. */
export const defineCriterion = <Table extends SettingTable>(parts: CriterionParts<Table>): Criterion => {
  const { name, settings, fit: fitModel } = parts;
  const definition: ScorerDefinition<Judge> = {
    needs: fitModel === null ? [catalogueModel] : [catalogueModel, name],
    load(artefacts, texts) {
      const values = parseSettings(name, settings, texts);
      const bytesOf = (model: string): Uint8Array => {
        const bytes = artefacts[model];
        if (bytes === undefined) throw new Error(`${name}: the model ${model} was not given`);
        return bytes;
      };
      const fitted = fitModel === null ? new Uint8Array(0) : bytesOf(name);
      return parts.load(decodeCatalogue(bytesOf(catalogueModel)), fitted, values);
    },
    score: (question, judge) => judge(question),
  };
  return {
    name,
    settings,
    fit: fitModel === null ? null : (data, texts) => fitModel(data, parseSettings(name, settings, texts)),
    definition,
  };
};
