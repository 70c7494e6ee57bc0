//! The factors of the risk in words. Pure.

use super::risk::{Factor, FactorId, FactorInputs};
use crate::{
    assistant::words::one_decimal,
    texts::{Arg, Language, text},
};

/// Up to where tasks that pile up add nothing to the risk, and from where on they add all that they can.
const LITTLE: f64 = 0.1;
const MUCH: f64 = 0.5;

/// What a factor of the inputs says of the last weeks.
pub fn said(factor: &Factor, inputs: &FactorInputs, language: Language) -> String {
    let key = format!("risk_{}", factor.id.name());
    let Some(value) = factor.value else { return text(language, "risk_unknown", &[]) };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "none is negative, or larger than its input can be"
    )]
    let whole = |value: f64| value.round() as u64;
    let say = |value| text(language, &key, &[("value", value)]);
    match factor.id {
        FactorId::Hours | FactorId::AfterHours | FactorId::CheckIn => say(Arg::Text(&one_decimal(language, value))),
        FactorId::RestDays | FactorId::ShortRest => say(Arg::Number(whole(value))),
        // Held against the expected dates alone, others may come on top.
        FactorId::BreaksSkipped => say(Arg::Number(whole(value.min(1.0) * 100.0))),
        FactorId::Trend if !inputs.has_trend() => text(language, "risk_trend_few", &[]),
        FactorId::Trend => say(Arg::Number(whole(value * 100.0))),
        // The mean of two shares is no number that anybody can picture.
        FactorId::Backlog if value <= LITTLE => text(language, "risk_backlog_little", &[]),
        FactorId::Backlog if value < MUCH => text(language, "risk_backlog_some", &[]),
        FactorId::Backlog => text(language, "risk_backlog_much", &[]),
    }
}
