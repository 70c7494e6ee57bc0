//! Amounts of water. Pure.

use super::{
    numbers::{decimal, digits, quantity},
    text::{Word, form, phrase},
};

/// The bounds of one entry, in millilitres.
const LEAST: u32 = 50;
const MOST: u32 = 1000;
/// What is drunk where no amount is said.
pub const GLASS: u32 = 250;

/// Parts of a unit, in thousandths.
const PARTS: &[(&str, u64)] = &[
    ("three quarters of a", 750),
    ("tres cuartos de", 750),
    ("a quarter of a", 250),
    ("quarter of a", 250),
    ("a quarter", 250),
    ("quarter", 250),
    ("un cuarto de", 250),
    ("cuarto de", 250),
    ("half a", 500),
    ("half", 500),
    ("medio", 500),
    ("media", 500),
];

/// What an amount was said in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Metric(u32),
    Glass,
    Cup,
    Bottle,
}

impl Unit {
    pub const NAMES: &[(&str, Self)] = &[
        ("ml", Self::Metric(1)),
        ("millilitre", Self::Metric(1)),
        ("millilitres", Self::Metric(1)),
        ("milliliter", Self::Metric(1)),
        ("milliliters", Self::Metric(1)),
        ("mililitro", Self::Metric(1)),
        ("mililitros", Self::Metric(1)),
        ("cl", Self::Metric(10)),
        ("centilitre", Self::Metric(10)),
        ("centilitres", Self::Metric(10)),
        ("centiliter", Self::Metric(10)),
        ("centiliters", Self::Metric(10)),
        ("centilitro", Self::Metric(10)),
        ("centilitros", Self::Metric(10)),
        ("l", Self::Metric(1000)),
        ("litre", Self::Metric(1000)),
        ("litres", Self::Metric(1000)),
        ("liter", Self::Metric(1000)),
        ("liters", Self::Metric(1000)),
        ("litro", Self::Metric(1000)),
        ("litros", Self::Metric(1000)),
        ("glass", Self::Glass),
        ("glasses", Self::Glass),
        ("vaso", Self::Glass),
        ("vasos", Self::Glass),
        ("cup", Self::Cup),
        ("cups", Self::Cup),
        ("taza", Self::Cup),
        ("tazas", Self::Cup),
        ("bottle", Self::Bottle),
        ("bottles", Self::Bottle),
        ("botella", Self::Bottle),
        ("botellas", Self::Bottle),
    ];

    fn at(words: &[Word], at: usize) -> Option<Self> {
        let word = form(words, at)?;
        Self::NAMES.iter().find(|(name, _)| *name == word).map(|(_, unit)| *unit)
    }

    fn ml(self) -> u32 {
        match self {
            Self::Metric(ml) => ml,
            Self::Glass | Self::Cup => GLASS,
            Self::Bottle => 500,
        }
    }
}

/// The names of units, for what is near.
pub fn units() -> impl Iterator<Item = &'static str> {
    Unit::NAMES.iter().map(|(name, _)| *name)
}

/// Which amounts a pattern takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Any,
    /// In ml, cl or l.
    Metric,
    /// In these, or in glasses with their number: what is drunk goes without saying.
    Bare,
}

/// The amounts that begin there: where each ends, and how many ml it is; `None` for one that cannot be entered.
pub fn amounts(words: &[Word], at: usize, taken: Taken) -> Vec<(usize, Option<u32>)> {
    let mut found = Vec::new();
    // How much of the unit, in thousandths.
    let mut counts: Vec<(usize, Option<u64>)> = Vec::new();
    counts.extend(PARTS.iter().filter_map(|(said, part)| Some((phrase(words, at, said)?, Some(*part)))));
    counts.extend(decimal(words, at).map(|(end, count)| (end, Some(u64::from(count)))));
    if let Some((end, count)) = quantity(words, at) {
        let count = u64::from(count) * 1000;
        counts.push((end, Some(count)));
        counts.extend(phrase(words, end, "and a half").map(|end| (end, Some(count + 500))));
    }
    counts.push((at, None));
    for (next, count) in counts {
        let Some(unit) = Unit::at(words, next) else { continue };
        let half = ["and a half", "y medio", "y media"].into_iter().find_map(|said| phrase(words, next + 1, said));
        let allowed = match (taken, unit) {
            (Taken::Any, _) | (_, Unit::Metric(_)) => true,
            (Taken::Bare, Unit::Glass) => count.is_some() || half.is_some(),
            _ => false,
        };
        if !allowed {
            continue;
        }
        if let Some(end) = half {
            found.push((end, ml(count.unwrap_or(1000) + 500, unit)));
        }
        if count.is_some() || taken == Taken::Any && !matches!(unit, Unit::Metric(_)) {
            found.push((next + 1, ml(count.unwrap_or(1000), unit)));
        }
    }
    let after_water = at > 0 && matches!(form(words, at - 1), Some("water" | "agua"));
    if taken == Taken::Any
        && after_water
        && let Some((end, count)) = digits(words, at)
        && form(words, at).is_some_and(|word| (2..=4).contains(&word.len()))
    {
        found.push((end, bounded(u64::from(count))));
    }
    found
}

fn ml(thousandths: u64, unit: Unit) -> Option<u32> {
    let micro = thousandths * u64::from(unit.ml());
    micro.is_multiple_of(1000).then_some(micro / 1000).and_then(bounded)
}

fn bounded(ml: u64) -> Option<u32> {
    u32::try_from(ml).ok().filter(|ml| (LEAST..=MOST).contains(ml))
}
