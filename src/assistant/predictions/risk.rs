//! The risk of overload: factors, what each adds, and the score. A hint and no diagnosis. Pure.
//!
//! Every factor rises with its input from nothing at one end of its ramp to its weight at the other. What is not known is left out,
//! and the weights of the others are taken for the whole.

use serde::{Deserialize, Serialize, Serializer};

/// What the factors follow from. What is not known is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FactorInputs {
    /// Hours of work for 7 days, over the last 28 dates.
    pub h28: Option<f64>,
    /// Hours of work of the last 7 dates.
    pub h7: Option<f64>,
    /// Hours a week outside of the hours of work.
    #[serde(rename = "A")]
    pub after_hours: Option<f64>,
    /// Dates of the 28 on which no work was expected, with half an hour or more.
    #[serde(rename = "W")]
    pub rest_days_worked: Option<f64>,
    /// Rests of less than 11 hours between worked dates, of the last 14 dates.
    #[serde(rename = "R14")]
    pub short_rests_14: Option<f64>,
    /// The same of the last 7 dates.
    #[serde(rename = "R7")]
    pub short_rests_7: Option<f64>,
    /// Dates of the last 14 with more than 6 hours of work and less than 30 minutes of breaks, as a part of the expected ones.
    #[serde(rename = "B")]
    pub breaks_skipped: Option<f64>,
    /// How tasks pile up, 0 for not at all.
    #[serde(rename = "L")]
    pub backlog: Option<f64>,
    /// The mean of the check-ins of the last 14 dates, 1 to 5.
    pub energy: Option<f64>,
    /// How many of the 28 dates have anything.
    pub days: Option<u32>,
}

/// What adds to the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FactorId {
    Hours,
    AfterHours,
    RestDays,
    ShortRest,
    BreaksSkipped,
    Trend,
    Backlog,
    CheckIn,
}

impl FactorId {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hours => "hours",
            Self::AfterHours => "after_hours",
            Self::RestDays => "rest_days",
            Self::ShortRest => "short_rest",
            Self::BreaksSkipped => "breaks_skipped",
            Self::Trend => "trend",
            Self::Backlog => "backlog",
            Self::CheckIn => "check_in",
        }
    }
}

/// A factor with its value and what it adds to the score; both `None` where it is not known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Factor {
    pub id: FactorId,
    #[serde(serialize_with = "four_decimals")]
    pub value: Option<f64>,
    #[serde(serialize_with = "two_decimals")]
    pub points: Option<f64>,
}

/// How near somebody is to overload, 0 to 100.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Risk {
    /// `None` when no factor is known.
    pub score: Option<u8>,
    /// What the factors come to.
    #[serde(serialize_with = "two_decimals")]
    pub raw: Option<f64>,
    /// The score is at least this.
    pub floor: u8,
    /// 0 to 1.
    #[serde(serialize_with = "four_decimals_of")]
    pub confidence: f64,
    /// All eight.
    pub factors: [Factor; 8],
}

/// From no points to all of them.
struct Ramp {
    id: FactorId,
    weight: f64,
    from: f64,
    to: f64,
}

const fn ramp(id: FactorId, weight: f64, from: f64, to: f64) -> Ramp {
    Ramp { id, weight, from, to }
}

const RAMPS: [Ramp; 8] = [
    ramp(FactorId::Hours, 25.0, 40.0, 55.0),
    ramp(FactorId::AfterHours, 12.0, 2.0, 10.0),
    ramp(FactorId::RestDays, 10.0, 0.0, 4.0),
    ramp(FactorId::ShortRest, 13.0, 0.0, 4.0),
    ramp(FactorId::BreaksSkipped, 12.0, 0.2, 0.8),
    ramp(FactorId::Trend, 8.0, 1.1, 1.4),
    ramp(FactorId::Backlog, 10.0, 0.1, 0.5),
    ramp(FactorId::CheckIn, 10.0, 0.0, 2.0),
];

/// With fewer hours a week than this, there is no trend to speak of.
const LEAST_FOR_TREND: f64 = 10.0;
/// Energy that adds nothing.
const RESTED: f64 = 3.5;
/// So many dates with anything make the confidence whole, and let the floors hold.
const OBSERVED: u32 = 14;

impl FactorInputs {
    /// What is wrong with the numbers, naming the one.
    pub fn problem(&self) -> Option<String> {
        let within = [
            ("h28", self.h28, 0.0, 168.0),
            ("h7", self.h7, 0.0, 168.0),
            ("A", self.after_hours, 0.0, 168.0),
            ("W", self.rest_days_worked, 0.0, 28.0),
            ("R14", self.short_rests_14, 0.0, 14.0),
            ("R7", self.short_rests_7, 0.0, 7.0),
            ("B", self.breaks_skipped, 0.0, 14.0),
            ("L", self.backlog, 0.0, f64::MAX),
            ("energy", self.energy, 1.0, 5.0),
        ];
        let wrong = within.into_iter().find(|(_, value, least, most)| value.is_some_and(|value| value < *least || value > *most));
        wrong.map(|(name, _, least, most)| {
            if most < f64::MAX {
                format!("{name}: must be from {least} to {most}")
            } else {
                format!("{name}: must not be negative")
            }
        })
    }

    /// Whether there are enough hours to speak of one.
    pub fn has_trend(&self) -> bool {
        self.h28.is_some_and(|h28| h28 >= LEAST_FOR_TREND)
    }

    /// What each factor is measured by, in the order of the ramps.
    fn values(&self) -> [Option<f64>; 8] {
        let hours = self.h28.map(|h28| self.h7.map_or(h28, |h7| h28.max(h28.midpoint(h7))));
        let trend = self.h28.zip(self.h7).map(|(h28, h7)| if self.has_trend() { h7 / h28 } else { 1.0 });
        let tired = self.energy.map(|energy| RESTED - energy);
        [hours, self.after_hours, self.rest_days_worked, self.short_rests_14, self.breaks_skipped, trend, self.backlog, tired]
    }

    fn floor(&self) -> u8 {
        if self.days.is_none_or(|days| days < OBSERVED) {
            return 0;
        }
        match (self.h28, self.short_rests_7) {
            (Some(h28), _) if h28 >= 55.0 => 75,
            (Some(h28), _) if h28 >= 48.0 => 50,
            (_, Some(rests)) if rests >= 3.0 => 50,
            _ => 0,
        }
    }

    pub fn risk(&self) -> Risk {
        let values = self.values();
        let known: f64 = RAMPS.iter().zip(values).fold(0.0, |sum, (ramp, value)| sum + value.map_or(0.0, |_| ramp.weight));
        let factor = |(ramp, value): (&Ramp, Option<f64>)| {
            let points = value.map(|value| 100.0 * ramp.weight * ramp.reached(value) / known);
            // Of a check-in, the energy that was entered says more than what lacks.
            let value = if ramp.id == FactorId::CheckIn { self.energy } else { value };
            Factor { id: ramp.id, value, points }
        };
        let mut pairs = RAMPS.iter().zip(values).map(factor);
        let factors = RAMPS.each_ref().map(|ramp| pairs.next().unwrap_or(Factor { id: ramp.id, value: None, points: None }));
        let raw = (known > 0.0).then(|| factors.iter().filter_map(|factor| factor.points).sum::<f64>());
        let floor = if raw.is_some() { self.floor() } else { 0 };
        let observed = f64::from(self.days.unwrap_or(0).min(OBSERVED)) / f64::from(OBSERVED);
        Risk { score: raw.map(|raw| whole(raw).max(floor)), raw, floor, confidence: known / 100.0 * observed, factors }
    }
}

impl Ramp {
    fn reached(&self, value: f64) -> f64 {
        ((value - self.from) / (self.to - self.from)).clamp(0.0, 1.0)
    }
}

/// Halves are rounded up, also those that the sum has missed by the last bits of a number.
fn whole(raw: f64) -> u8 {
    let near = rounded(raw, 6).round().clamp(0.0, 100.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is a whole number up to 100")]
    let near = near as u8;
    near
}

/// To so many decimals, half away from zero.
pub fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (value * scale).round() / scale
}

#[expect(clippy::ref_option, reason = "serde hands over a reference")]
fn two_decimals<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    value.map(|value| rounded(value, 2)).serialize(serializer)
}

#[expect(clippy::ref_option, reason = "serde hands over a reference")]
fn four_decimals<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    value.map(|value| rounded(value, 4)).serialize(serializer)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn four_decimals_of<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    rounded(*value, 4).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// In the order of the vectors: h28, h7, A, W, R14, R7, B, L, energy, days.
    fn inputs(numbers: [f64; 9], days: u32) -> FactorInputs {
        let [h28, h7, after, rest_days, r14, r7, breaks, backlog, energy] = numbers.map(Some);
        FactorInputs {
            h28,
            h7,
            after_hours: after,
            rest_days_worked: rest_days,
            short_rests_14: r14,
            short_rests_7: r7,
            breaks_skipped: breaks,
            backlog,
            energy,
            days: Some(days),
        }
    }

    fn points(risk: &Risk) -> Vec<f64> {
        risk.factors.iter().filter_map(|factor| factor.points).map(|points| rounded(points, 2)).collect()
    }

    #[test]
    fn vectors() {
        // 38 h are below 40, A 1 below 2, B .1 below .2, T 38/38 = 1 below 1.1, energy 4 above 3.5. 20 days: 100/100 · 1.
        let quiet = inputs([38.0, 38.0, 1.0, 0.0, 0.0, 0.0, 0.1, 0.0, 4.0], 20).risk();
        assert_eq!((quiet.score, quiet.raw, quiet.floor, rounded(quiet.confidence, 4)), (Some(0), Some(0.0), 0, 1.0));

        // H = max(44, (44+46)/2) = 45: 25·5/15 = 8.33. A: 12·(4−2)/8 = 3. W: 10·1/4 = 2.5. R: 13·1/4 = 3.25.
        // B: 12·(.4−.2)/.6 = 4. T: 46/44 = 1.045: 0. L: 10·(.2−.1)/.4 = 2.5. C: 10·(3.5−3)/2 = 2.5. In all 26.08.
        let busy = inputs([44.0, 46.0, 4.0, 1.0, 1.0, 0.0, 0.4, 0.2, 3.0], 20).risk();
        assert_eq!((busy.score, busy.raw.map(|raw| rounded(raw, 2)), busy.floor), (Some(26), Some(26.08), 0));
        assert_eq!(points(&busy), [8.33, 3.0, 2.5, 3.25, 4.0, 0.0, 2.5, 2.5]);

        // H: 25·1/15 = 1.67. A: 12·1/8 = 1.5. R: 13·4/4 = 13. In all 16.17, and 50 for three short rests in 7 days.
        let restless = inputs([41.0, 41.0, 3.0, 0.0, 4.0, 3.0, 0.2, 0.0, 3.5], 28).risk();
        assert_eq!((restless.score, restless.raw.map(|raw| rounded(raw, 2)), restless.floor), (Some(50), Some(16.17), 50));

        // 5 days, and floors need 14. H: 25·10/15 = 16.67, 17. Confidence 5/14.
        let short = inputs([50.0, 50.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 4.0], 5).risk();
        assert_eq!((short.score, short.floor, rounded(short.confidence, 4)), (Some(17), 0, 0.3571));

        // All but the hours at their worst: T = 60/42 = 1.43 needs h28 below h7, so H = max(42, 51) = 51: 25·11/15 = 18.33.
        let worst = inputs([42.0, 60.0, 10.0, 4.0, 4.0, 0.0, 0.8, 0.5, 1.5], 28).risk();
        assert_eq!((worst.raw.map(|raw| rounded(raw, 2)), worst.score), (Some(93.33), Some(93)));

        let unknown =
            FactorInputs { backlog: None, energy: None, ..inputs([48.0, 47.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 4.0], 14) }.risk();
        // Without tasks and check-ins 80 of 100 are left. H is h28, since (48+47)/2 is less: 25·8/15 = 13.33 of 80: 16.67. Floor of
        // 48 h: 50.
        assert_eq!((unknown.raw.map(|raw| rounded(raw, 2)), unknown.score), (Some(16.67), Some(50)));
        assert!((unknown.confidence - 0.8).abs() < 1e-9);
        assert!(unknown.factors[6].points.is_none() && unknown.factors[7].value.is_none());

        // 55 hours.
        assert_eq!(inputs([55.0, 40.0, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0, 4.0], 14).risk().score, Some(75));
    }

    #[test]
    fn of_nothing_there_is_no_score() {
        let nothing = FactorInputs::default().risk();
        assert_eq!((nothing.score, nothing.raw, nothing.confidence), (None, None, 0.0));
        assert_eq!(serde_json::to_value(&nothing).expect("JSON")["confidence"].to_string(), "0.0");
        assert_eq!(FactorInputs { short_rests_7: Some(3.0), days: Some(20), ..FactorInputs::default() }.risk().floor, 0);
        assert!(nothing.factors.iter().all(|factor| factor.value.is_none() && factor.points.is_none()));
    }

    #[test]
    fn a_half_is_rounded_up() {
        // Sums of points miss a half by the last bits of a binary number.
        assert_eq!((whole(4.5), whole(4.499_999_999_9), whole(4.499), whole(100.2)), (5, 5, 4, 100));
    }

    #[test]
    fn is_shown_with_all_factors() {
        let shown = serde_json::to_value(inputs([44.0, 46.0, 4.0, 1.0, 1.0, 0.0, 0.4, 0.2, 3.0], 20).risk()).expect("JSON");
        assert_eq!((&shown["score"], &shown["raw"], &shown["floor"]), (&json!(26), &json!(26.08), &json!(0)));
        assert_eq!(shown["factors"][5], json!({ "id": "trend", "value": 1.0455, "points": 0.0 }));
        assert_eq!(shown["factors"][7], json!({ "id": "check_in", "value": 3.0, "points": 2.5 }));
    }

    #[test]
    fn numbers_that_cannot_be_are_named() {
        let problem = |text: &str| serde_json::from_str::<FactorInputs>(text).expect("inputs").problem();
        assert_eq!(problem(r#"{"energy":6}"#).as_deref(), Some("energy: must be from 1 to 5"));
        assert_eq!(problem(r#"{"L":-0.1,"B":1}"#).as_deref(), Some("L: must not be negative"));
        assert_eq!(problem(r#"{"h28":38,"h7":null,"days":20}"#), None);
        assert!(serde_json::from_str::<FactorInputs>(r#"{"a":3}"#).is_err(), "a name that there is not");
    }

    /// Any known or unknown number up to a bound.
    fn any(most: f64) -> impl Strategy<Value = Option<f64>> {
        prop_oneof![1 => Just(None), 6 => (0.0..most).prop_map(Some)]
    }

    prop_compose! {
        fn any_inputs()(
            h28 in any(70.0), h7 in any(80.0), after_hours in any(14.0), rest_days_worked in any(6.0), short_rests_14 in any(6.0),
            short_rests_7 in any(5.0), breaks_skipped in any(1.2), backlog in any(0.8), energy in any(4.0), days in 0..29_u32,
        ) -> FactorInputs {
            let energy = energy.map(|energy| energy + 1.0);
            FactorInputs {
                h28, h7, after_hours, rest_days_worked, short_rests_14, short_rests_7, breaks_skipped, backlog, energy, days: Some(days),
            }
        }
    }

    proptest! {
        #[test]
        fn never_falls_when_an_input_rises(inputs in any_inputs(), more in 0.0..20.0_f64, which in 0..7_usize) {
            let mut worse = inputs;
            let input = match which {
                0 => &mut worse.after_hours,
                1 => &mut worse.rest_days_worked,
                2 => &mut worse.short_rests_14,
                3 => &mut worse.short_rests_7,
                4 => &mut worse.breaks_skipped,
                5 => &mut worse.backlog,
                _ => &mut worse.energy,
            };
            *input = input.map(|was| if which == 6 { (was - more / 5.0).max(1.0) } else { was + more });
            prop_assert!(worse.risk().score >= inputs.risk().score, "{inputs:?} {worse:?}");
        }

        /// More work in the last 7 days raises h7 by as much as it raises four times h28.
        #[test]
        fn never_falls_with_more_work_in_the_last_7_days(inputs in any_inputs(), more in 0.0..20.0_f64) {
            let mut worse = inputs;
            worse.h7 = worse.h7.map(|was| was + more);
            // Only where both are known, and h7 is a part of what h28 is.
            if let (Some(h28), Some(h7)) = (inputs.h28, inputs.h7) {
                let h28 = h28.max(h7 / 4.0);
                let (before, after) = (FactorInputs { h28: Some(h28), ..inputs }, FactorInputs { h28: Some(h28 + more / 4.0), ..worse });
                prop_assert!(after.risk().score >= before.risk().score, "{before:?} {after:?}");
            }
        }

        /// With H as it is: h28 above (h28 + h7) / 2.
        #[test]
        fn never_falls_when_the_trend_rises(inputs in any_inputs(), h28 in 10.0..70.0_f64, one in 0.0..1.0_f64, other in 0.0..1.0_f64) {
            let with = |share: f64| FactorInputs { h28: Some(h28), h7: Some(h28 * share), ..inputs }.risk().score;
            prop_assert!(with(one.max(other)) >= with(one.min(other)));
        }

        #[test]
        fn the_points_are_the_score(inputs in any_inputs()) {
            let risk = inputs.risk();
            if let (Some(raw), Some(score)) = (risk.raw, risk.score) {
                let sum: f64 = points(&risk).iter().sum();
                prop_assert!((sum - raw).abs() < 0.1 && (0.0..=100.001).contains(&raw));
                prop_assert_eq!(score, whole(raw).max(risk.floor));
            }
            prop_assert!((0.0..=1.0).contains(&risk.confidence));
        }

        #[test]
        fn to_know_less_is_never_to_be_surer(inputs in any_inputs(), which in 0..5_usize, fewer in 0..10_u32) {
            let mut less = inputs;
            let input = [&mut less.after_hours, &mut less.breaks_skipped, &mut less.backlog, &mut less.energy, &mut less.h7];
            if let Some(input) = input.into_iter().nth(which) {
                *input = None;
            }
            less.days = less.days.map(|days| days.saturating_sub(fewer));
            prop_assert!(less.risk().confidence <= inputs.risk().confidence);
        }
    }
}
