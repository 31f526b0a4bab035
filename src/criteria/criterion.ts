import type { Question, Scored, ScorerDefinition } from '../contract/scoring.ts';
import { type Catalogue, catalogueModel, decodeCatalogue } from './catalogue.ts';
import { parseSettings, type SettingTable, type SettingTexts, type SettingValues } from './settings.ts';
import type { TrainingData } from './training-data.ts';

/** A fit: the same data, settings and earlier model give the same bytes. */
type Fit<Settings> = (data: TrainingData, settings: Settings, earlier: Uint8Array | null) => Uint8Array<ArrayBuffer>;

/**
 * One way to judge items: a plug-in. Its own file holds its settings, how it is fitted, how it scores and when it
 * abstains; the registry lists it.
 */
export interface Criterion {
  name: string;
  settings: SettingTable;
  /** Fits a model; null: it judges by the catalogue alone. */
  fit: ((data: TrainingData, settings: SettingTexts, earlier?: Uint8Array | null) => Uint8Array<ArrayBuffer>) | null;
  /** Whether `fit` begins from the model fitted before, where it is given one. */
  isWarm: boolean;
  /** The scorer whose model is stored under this name: each Scorer has one of its own, fitted with its own settings. */
  definitionFor(model: string): ScorerDefinition;
  /** The scorer whose model is named like the criterion. */
  definition: ScorerDefinition;
}

/** Scores one question with one model. A model is used by one thread, so it may keep scratch memory between calls. */
export type Judge = (question: Question) => Scored | null;

interface CriterionParts<Table extends SettingTable> {
  name: string;
  settings: Table;
  fit: Fit<SettingValues<Table>> | null;
  isWarm?: boolean;
  /** Builds what scores from the catalogue and the fitted bytes (empty where nothing is fitted). */
  load(catalogue: Catalogue, fitted: Uint8Array, settings: SettingValues<Table>): Judge;
}

/** Makes a criterion of its parts: settings are parsed, the catalogue is decoded and wanted models are named here once. */
export const defineCriterion = <Table extends SettingTable>(parts: CriterionParts<Table>): Criterion => {
  const { name, settings, fit: fitModel, isWarm = false } = parts;
  const definitionFor = (model: string): ScorerDefinition<Judge> => ({
    needs: fitModel === null ? [catalogueModel] : [catalogueModel, model],
    load(artefacts, texts) {
      const values = parseSettings(name, settings, texts);
      const bytesOf = (wanted: string): Uint8Array => {
        const bytes = artefacts[wanted];
        if (bytes === undefined) throw new Error(`${name}: the model ${wanted} was not given`);
        return bytes;
      };
      const fitted = fitModel === null ? new Uint8Array(0) : bytesOf(model);
      return parts.load(decodeCatalogue(bytesOf(catalogueModel)), fitted, values);
    },
    score: (question, judge) => judge(question),
  });
  return {
    name,
    settings,
    fit:
      fitModel === null
        ? null
        : (data, texts, earlier = null) => fitModel(data, parseSettings(name, settings, texts), earlier),
    isWarm,
    definitionFor,
    definition: definitionFor(name),
  };
};
