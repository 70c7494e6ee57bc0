//! The names under which the domain's documents are counted, in the totals and for the dates of a user.

use crate::ledger::Counter;

/// Entries of hydration; of a date, those that were for it.
pub const DRINKS: Counter = Counter::named("drinks");
/// What was drunk in them, in millilitres.
pub const WATER_ML: Counter = Counter::named("water_ml");
/// Meals; of a date, those that were on it.
pub const MEALS: Counter = Counter::named("meals");
/// Of a date: lunches that were had when lunch is to be had.
pub const LUNCHES: Counter = Counter::named("lunches");
/// Check-ins; of a date, the one that it has.
pub const CHECK_INS: Counter = Counter::named("check_ins");
/// Of a date: the energy of its check-in, 1 to 5.
pub const ENERGY: Counter = Counter::named("energy");
/// Rests that have ended; of a date, those that began on it.
pub const RESTS: Counter = Counter::named("rests");
/// Of a date: how long those lasted, in microseconds.
pub const REST_MICROS: Counter = Counter::named("rest_micros");
