// Fields of a form, from the JSON schema of a pipeline's parameters.

export interface Option {
  value: string;
  help: string;
}

export interface Field {
  name: string;
  label: string;
  /** One line that says what it is for. */
  help: string;
  /** What is taken when nothing is said, in words. */
  otherwise: string;
  kind: 'choice' | 'number' | 'switch' | 'text';
  options: Option[];
  isRequired: boolean;
  isNullable: boolean;
  /** What the schema gives; undefined where it gives nothing. */
  preset: unknown;
  min: number | undefined;
  max: number | undefined;
}

interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string | string[];
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  minimum?: number;
  maximum?: number;
  format?: string;
}

const DEFAULT = /\s*\[default: ([^\]]+)\]/;

export function fieldsFrom(schema: unknown): Field[] {
  const root = (schema ?? {}) as Schema;
  const required = new Set(root.required ?? []);
  return Object.entries(root.properties ?? {}).map(([name, property]) => field(root, name, property, required.has(name)));
}

function field(root: Schema, name: string, property: Schema, isRequired: boolean): Field {
  const types = new Set([property.type ?? []].flat());
  let target = resolve(root, property);
  let isNullable = types.has('null');
  const others = property.anyOf?.filter((one) => one.type !== 'null') ?? [];
  if (property.anyOf && others.length < property.anyOf.length) isNullable = true;
  if (others.length === 1) target = resolve(root, others[0]!);
  for (const one of [target.type ?? []].flat()) types.add(one);
  const options = optionsOf(root, target);
  const text = property.description ?? target.description ?? '';
  const line = text.split('\n\n')[0]!.replace(/\n/g, ' ');
  const isNumber = types.has('integer') || types.has('number');
  return {
    name,
    label: labelFrom(name),
    help: plain(line.replace(DEFAULT, '')),
    otherwise: DEFAULT.exec(text)?.[1] ?? '',
    kind: options.length > 0 ? 'choice' : types.has('boolean') ? 'switch' : isNumber ? 'number' : 'text',
    options,
    isRequired,
    isNullable,
    preset: property.default,
    min: property.minimum ?? target.minimum,
    max: property.maximum ?? target.maximum,
  };
}

function resolve(root: Schema, schema: Schema): Schema {
  const name = schema.$ref?.split('/').pop();
  return (name && root.$defs?.[name]) || schema;
}

function optionsOf(root: Schema, schema: Schema): Option[] {
  if (schema.enum) return schema.enum.map((value) => ({ value: String(value), help: '' }));
  if (schema.const !== undefined) return [{ value: String(schema.const), help: plain(schema.description ?? '') }];
  return (schema.oneOf ?? []).flatMap((one) => optionsOf(root, resolve(root, one)));
}

/** Where the name alone would mislead. */
const LABELS: Record<string, string> = { crf: 'Quality (CRF)', fps: 'Pictures a second', preset: 'Speed' };

/** Without a full stop and the marks of code. */
function plain(text: string): string {
  return text.replaceAll('`', '').replace(/[.]$/, '');
}

/**
 * What is taken when nothing is said, for a form that says `params` so far: of `h264 23, hevc 28` the 28 if one of them is
 * `hevc`, else the first.
 */
export function standardOf(field: Field, params: Record<string, unknown>): string {
  if (!field.otherwise) return field.preset == null ? '' : String(field.preset);
  const parts = field.otherwise.split(', ');
  const said = parts.find((part) => Object.values(params).includes(part.split(' ')[0]));
  if (said?.includes(' ')) return said.slice(said.indexOf(' ') + 1);
  const first = parts[0]!;
  return /^\w+ \d+$/.test(first) ? first.split(' ')[1]! : first;
}

function labelFrom(name: string): string {
  const words = name.replaceAll('_', ' ');
  return LABELS[name] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** What the form begins with: only what the schema wants said. */
export function startingParams(fields: Field[]): Record<string, unknown> {
  const missing = fields.filter((field) => field.isRequired && field.preset === undefined && field.kind === 'choice');
  return Object.fromEntries(missing.map((field) => [field.name, field.options[0]?.value]));
}
