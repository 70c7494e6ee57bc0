//! Reminders over HTTP.

use axum::extract::State as Service;
use serde::{Deserialize, Serialize};
use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    model::{Action, Answer, Minutes, Nudge, State},
    service::NudgeService,
};
use crate::{
    kernel::{Ctx, Result, Timestamp, UserId},
    web::{self, Field, Json, ListQuery, Own, OwnById, Query, Reply},
    wellbeing::query::BetweenQuery,
};

pub fn router(service: NudgeService) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list_nudges)).routes(routes!(answer_nudge)).with_state(service)
}

/// A reminder.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "id": "0193c7a8-a2b3-7c4d-9e5f-6a7b8c9d0e1f", "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b",
    "kind": "break_due", "key": "nudge_break_due", "text": "You have worked for 50 minutes. Take a break of five minutes or more.",
    "evidence": { "continuous_minutes": 50 }, "created_at": "2026-01-14T09:50:00.000000Z", "state": "new", "until": null }))]
pub struct NudgeView<'a> {
    id: &'a str,
    user_id: UserId,
    #[schema(value_type = String,
        pattern = "^(break_due|break_overdue|lunch|hydration|session_running|check_in|tasks|overload_ahead|reconnect|channel_off)$")]
    kind: &'static str,
    /// The stable name of the text.
    key: &'static str,
    /// In the language that the settings had when it was made.
    text: String,
    /// What it was made of, by its kind.
    #[schema(value_type = Object)]
    evidence: Value,
    created_at: Timestamp,
    #[schema(value_type = String, pattern = "^(new|done|dismissed|snoozed)$")]
    state: &'static str,
    /// When it returns, if it is still true then. Null unless it is snoozed.
    until: Option<Timestamp>,
}

impl<'a> From<&'a Nudge> for NudgeView<'a> {
    fn from(nudge: &'a Nudge) -> Self {
        let Nudge { id, user_id, what, language, created_at, state } = nudge;
        let (state, until) = match state {
            State::New => ("new", None),
            State::Done { .. } => ("done", None),
            State::Dismissed => ("dismissed", None),
            State::Snoozed { until } => ("snoozed", Some(*until)),
        };
        Self {
            id,
            user_id: *user_id,
            kind: what.kind(),
            key: what.key(),
            text: what.text(*language),
            evidence: serde_json::to_value(what).map(|mut what| what["evidence"].take()).unwrap_or_default(),
            created_at: *created_at,
            state,
            until,
        }
    }
}

/// Shows a stored reminder.
pub fn render(body: &str) -> Result<Box<RawValue>> {
    web::render(body, |nudge: &Nudge| to_raw_value(&NudgeView::from(nudge)))
}

/// List the reminders that were made, the latest last.
#[utoipa::path(get, path = "/api/nudges", tag = "nudges", params(Own, BetweenQuery, ListQuery),
    responses((status = 200, body = Vec<NudgeView>, description = "A page; `Link` leads to the next one")))]
async fn list_nudges(
    Service(nudges): Service<NudgeService>,
    ctx: Ctx,
    Own(owner): Own,
    Query(between): Query<BetweenQuery>,
    Query(list): Query<ListQuery>,
) -> Result<Reply> {
    let (between, paging) = between.paging("/api/nudges", &list, &ctx)?;
    let page = nudges.list(&ctx, owner, between, paging.request.clone()).await?;
    Reply::page::<NudgeView, _>(&page, &paging)
}

/// What you say to a reminder.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({ "action": "snooze", "minutes": 30 }))]
struct AnswerNudgeBody {
    /// `dismiss` keeps its kind silent for the rest of the date.
    #[schema(value_type = Action)]
    action: Field<Action>,
    /// For how long it is snoozed. 15, when left out.
    minutes: Option<Minutes>,
}

/// Answer a reminder. The same answer again changes nothing.
#[utoipa::path(post, path = "/api/nudges/{id}", tag = "nudges", request_body = AnswerNudgeBody, params(OwnById<Nudge>),
    responses((status = 200, body = NudgeView, description = "The reminder"),
        (status = 409, body = crate::web::ErrorBody, description = "It was answered otherwise")))]
async fn answer_nudge(
    Service(nudges): Service<NudgeService>,
    ctx: Ctx,
    OwnById { id, owner }: OwnById<Nudge>,
    body: Json<AnswerNudgeBody>,
) -> Result<Reply> {
    let AnswerNudgeBody { action, minutes } = body.value;
    let answer = match action.0 {
        Action::Done => Answer::Done,
        Action::Dismiss => Answer::Dismiss,
        Action::Snooze => Answer::Snooze(minutes),
    };
    let nudge = nudges.answer(&ctx, owner, id, answer).await?;
    Reply::ok(&NudgeView::from(&nudge))
}
