// Shapes that the modules of the page share. What the API answers is described by its own document, of which web/types/api.d.ts is made;
// items are kept as they come.
import type { components } from '../../types/api.js';

/** What the API takes and answers, by name. */
export type Api = components['schemas'];

/** Something of a kind of the change feed, as its own route shows it, where it does not matter what it is. */
export type Item = { [field: string]: any };

/** Kinds of the change feed that the page shows. */
export type Kinds = {
  tasks: Api['TaskView']; work_sessions: Api['WorkSessionView']; users: Api['UserView']; settings: Api['SettingsView'];
  time_off: Api['TimeOffView']; progress: Api['LevelView']; progress_ledger: Api['EntryView']; hydration: Api['DrinkView'];
  meals: Api['MealView']; check_ins: Api['CheckInView']; rests: Api['RestView']; nudges: Api['NudgeView']; companion: Api['CharacterView'];
};

/** Reads that the feed does not tell of. */
export type Reads = {
  achievements: Api['AchievementView'][]; companion: Api['CompanionView']; progress: Api['ProgressView']; 'wellbeing/today': Api['WellbeingView'];
};
/** What a path answers, where its shape is used. */
export type Read<P extends string> = P extends keyof Reads ? Reads[P]
  : P extends `${string}/days?${string}` ? Api['DaysView'] : P extends `${string}/metrics?${string}` ? Api['MetricsView'] : any;

/** What an act does to the copy before it is answered: `set` is laid over the item, or makes it; null takes it away. */
export type Effect = { kind: string; id: string; set: Item | null };

/** A call of the API that waits to be sent. It is kept in IndexedDB, so it holds data alone. */
export type Entry = {
  n?: number;
  key: string;
  method: string;
  /** Below the API's root, e.g. `tasks/123`. */
  path: string;
  body?: Item | null;
  /** What the screen shows meanwhile. */
  effects: Effect[];
  /** The kind of the item that the answer is, if it is one. */
  answer?: string;
  /** The id under which `effects` make something that the server will name itself. */
  temp?: string;
  /** A text key: what was meant, for "… was not possible". */
  label: string;
  /** By the server's clock, in ms. */
  acted_at: number;
  /** Not before this instant of the local clock, in ms: the time in which it can be taken back. */
  hold_until: number;
  tried_at: number | null;
  /** Name of the time in `body` that the server may set itself, if it refuses ours. */
  at?: string;
};

export type Act = {
  method: 'POST' | 'PATCH' | 'DELETE';
  path: string;
  body?: Item | null;
  effects?: Effect[];
  answer?: string;
  temp?: string;
  label: string;
  at?: string;
  /** True: it can only be taken back by not sending it, so it waits for 8 s. */
  hold?: boolean;
  /** What takes it back, shown as "Undo" for 8 s. Not needed with `hold`. */
  undo?: Act;
  /** Whether what acts shows a refusal itself at that time, so that it need not be told beside. */
  tells?: () => boolean;
  /** What the message says, if there is one; by default the text of `label` + `.done`. */
  say?: string | null;
};

export type Change = { kind: string; id: string; op: 'upsert' | 'delete'; item?: Item; at: string };
export type Page = { changes: Change[]; more: boolean; reset: boolean; token: string };

/** A read that the feed does not tell of. `data` is the last answer, perhaps of an earlier visit. */
export type Cached<T = any> = { data: T | null; error: import('./api.js').ApiError | null; loading: boolean };
