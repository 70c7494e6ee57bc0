//! Recommendations as callers see them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};
use utoipa::ToSchema;

use super::{
    choice::{Answer, Answered, Chosen},
    repo::Recommendations,
};
use crate::{
    kernel::{Result, UserId},
    texts::Language,
    web,
};

/// What to do now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "id": "drink_water:2026-01-14", "rule": "drink_water", "key": "recommend_drink_water",
    "text": "You are 300 ml behind what you planned to drink. Have a glass of water.", "evidence": { "ml": 300 },
    "action": { "method": "POST", "path": "/api/hydration", "body": { "ml": 250 } } }))]
pub struct RecommendationView {
    /// The rule and the date on which it began to hold.
    id: String,
    rule: &'static str,
    /// The stable name of the text.
    key: &'static str,
    /// In the language of the settings.
    text: String,
    /// What it follows from, by name.
    #[schema(value_type = Object)]
    evidence: BTreeMap<&'static str, Value>,
    action: Option<ActionView>,
}

/// A call of this API that does it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RecommendedAction)]
struct ActionView {
    #[schema(value_type = String, pattern = "^(GET|POST|PATCH)$")]
    method: &'static str,
    path: String,
    /// Null where there is none, or only you can say what belongs into it.
    #[schema(value_type = Option<Object>)]
    body: Option<Value>,
}

impl RecommendationView {
    pub fn new(chosen: &Chosen, language: Language) -> Self {
        let held = &chosen.held;
        let action = held.action.as_ref();
        Self {
            id: chosen.id.clone(),
            rule: held.rule.name(),
            key: held.key,
            text: held.text(language),
            evidence: held.evidence.iter().map(|(name, given)| (*name, given.value())).collect(),
            action: action.map(|action| ActionView {
                method: action.method,
                path: action.path.clone(),
                body: action.body.clone(),
            }),
        }
    }
}

/// A recommendation that was answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnsweredView {
    id: String,
    rule: String,
    #[schema(value_type = String, pattern = "^(done|dismissed)$")]
    state: &'static str,
    /// The rule recommends nothing before this date.
    #[schema(value_type = String, format = Date)]
    silent_until: NaiveDate,
}

impl AnsweredView {
    pub fn new(rule: &str, answered: Answered) -> Self {
        let state = if answered.answer == Answer::Done { "done" } else { "dismissed" };
        Self { id: format!("{rule}:{}", answered.since), rule: rule.to_owned(), state, silent_until: answered.silent_until() }
    }
}

/// Which recommendations hold, as far as that was asked, and which were answered. What they say follows from the present.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecommendationsView {
    user_id: UserId,
    open: Vec<OpenView>,
    answered: Vec<AnsweredView>,
}

/// A recommendation that holds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenRecommendation)]
struct OpenView {
    id: String,
    rule: String,
}

/// Shows what is kept.
pub fn render(body: &str) -> Result<Box<RawValue>> {
    web::render(body, |kept: &Recommendations| {
        let open = kept.rules.iter().filter_map(|(rule, kept)| Some((rule, kept.since?)));
        let answered = kept.rules.iter().filter_map(|(rule, kept)| Some(AnsweredView::new(rule, kept.answered?)));
        to_raw_value(&RecommendationsView {
            user_id: kept.user_id,
            open: open.map(|(rule, since)| OpenView { id: format!("{rule}:{since}"), rule: rule.clone() }).collect(),
            answered: answered.collect(),
        })
    })
}
