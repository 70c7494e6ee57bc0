//! How much a model may be asked for one person. Pure.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The most tokens of a user's date: some twenty stories.
pub const DAY_TOKENS: u32 = 20_000;

/// The tokens of a user's latest date with any, as they are kept with the user: what was asked for, and of what is under way the
/// most that it may come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelTokens {
    date: NaiveDate,
    tokens: u32,
}

impl ModelTokens {
    /// With a question that may cost so much; `None` where that is more than is left.
    pub fn reserved(former: Option<Self>, today: NaiveDate, most: u32) -> Option<Self> {
        // A move to the west takes the date back, and what it has taken already stays.
        let (date, used) = former.filter(|former| former.date >= today).map_or((today, 0), |former| (former.date, former.tokens));
        let tokens = used.checked_add(most).filter(|tokens| *tokens <= DAY_TOKENS)?;
        Some(Self { date, tokens })
    }

    /// Once it is known what came of a question for which `most` was reserved on that date.
    #[must_use]
    pub fn settled(self, date: NaiveDate, most: u32, used: u32) -> Self {
        if self.date != date {
            return self;
        }
        Self { tokens: self.tokens.saturating_sub(most).saturating_add(used), ..self }
    }

    pub fn date(self) -> NaiveDate {
        self.date
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_has_its_tokens_and_no_more() {
        let date = |day| NaiveDate::from_ymd_opt(2026, 1, day).expect("a date");
        let reserved = |former, day, most| ModelTokens::reserved(former, date(day), most);
        let of = |day, tokens| ModelTokens { date: date(day), tokens };
        assert_eq!(reserved(None, 14, 700), Some(of(14, 700)));
        assert_eq!(reserved(None, 14, DAY_TOKENS + 1), None);
        assert_eq!(reserved(Some(of(14, 19_000)), 14, 1_000), Some(of(14, 20_000)));
        assert_eq!(reserved(Some(of(14, 19_000)), 14, 1_001), None);
        assert_eq!(reserved(Some(of(14, u32::MAX)), 14, u32::MAX), None);
        assert_eq!(reserved(Some(of(14, 19_000)), 15, 1_001), Some(of(15, 1_001)));
        assert_eq!(reserved(Some(of(14, 19_000)), 13, 1_001), None);
        // What it really came to, also when that is more, and not on another date.
        assert_eq!(of(14, 1_700).settled(date(14), 700, 500), of(14, 1_500));
        assert_eq!(of(14, 1_700).settled(date(14), 700, 900), of(14, 1_900));
        assert_eq!(of(15, 300).settled(date(14), 700, 0), of(15, 300));
    }
}
