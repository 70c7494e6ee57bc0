//! The factors of the risk in words. Pure.

use super::risk::{Factor, FactorId};
use crate::{
    assistant::words::one_decimal,
    texts::{Arg, Language, text},
};

/// What a factor says of the last weeks.
pub fn said(factor: &Factor, language: Language) -> String {
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
        FactorId::BreaksSkipped | FactorId::Trend | FactorId::Backlog => say(Arg::Number(whole(value * 100.0))),
    }
}
