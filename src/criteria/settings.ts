/** One setting of a criterion. All are numbers: they arrive as text, from YAML or the environment. */
export interface Setting {
  default: number;
  min: number;
  max: number;
  /** What it does and its unit, as half a sentence. */
  about: string;
}

export type SettingTable = Readonly<Record<string, Setting>>;
export type SettingValues<Table extends SettingTable> = { readonly [Name in keyof Table]: number };
export type SettingTexts = Readonly<Record<string, string>>;

/** Settings that cannot be used; the message holds every fault, one sentence each. Blast radius: the fit or load. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

const faultOf = (setting: Setting | undefined, text: string): string | null => {
  if (setting === undefined) return 'there is no such setting';
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) return `${JSON.stringify(text)} is not a number`;
  if (value < setting.min || value > setting.max) return `${value} is not within ${setting.min} and ${setting.max}`;
  return null;
};

/**
 * Parses the settings of one criterion once; what is not given gets its default.
 *
 * @throws SettingsError naming every fault at once
 */
export const parseSettings = <Table extends SettingTable>(
  criterion: string,
  table: Table,
  texts: SettingTexts,
): SettingValues<Table> => {
  const faults: string[] = [];
  const values: Record<string, number> = {};
  for (const [name, setting] of Object.entries(table)) values[name] = setting.default;
  for (const [name, text] of Object.entries(texts)) {
    const fault = faultOf(Object.hasOwn(table, name) ? table[name] : undefined, text);
    if (fault === null) values[name] = Number(text);
    else faults.push(`${criterion}: setting ${name}: ${fault}.`);
  }
  if (faults.length === 0) return Object.freeze(values) as SettingValues<Table>;
  throw new SettingsError(`${faults.join(' ')} Known settings: ${Object.keys(table).join(', ') || 'none'}.`);
};
