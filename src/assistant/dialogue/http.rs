//! The dialogue over HTTP.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    model::{Answer, Said, Sentence, Token},
    service::DialogueService,
};
use crate::{
    kernel::{Code, Ctx, Result, Rule, UserId},
    web::{Field, IdempotencyHeader, Json, Reply, Whose},
    work::tasks::model::Task,
};

const NEITHER: Rule = Rule::sentence(Code::InvalidField, "Either 'text' or 'confirm' is required, and not both");

pub fn router(service: DialogueService) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(ask_assistant)).with_state(service)
}

/// What you say, or the confirmation of what was asked back: one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({ "text": "add buy milk tomorrow at 9", "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b" }))]
struct AskAssistantBody {
    /// A sentence in English or Spanish.
    #[schema(value_type = Option<Sentence>)]
    text: Option<Field<Sentence>>,
    /// The token of what is to be done.
    #[schema(value_type = Option<Token>)]
    confirm: Option<Field<Token>>,
    /// You, when it is said.
    #[schema(value_type = Option<UserId>)]
    user_id: Option<Field<Whose<Task>>>,
}

/// Say something in your words: it is done through the rules of the other routes, and answered in the language of your settings. What
/// is not understood does nothing. What a model proposes, and what changes several things, is done once it is confirmed.
#[utoipa::path(post, path = "/api/assistant", tag = "assistant", request_body = AskAssistantBody, params(IdempotencyHeader),
    responses((status = 200, body = Answer, description = "What was understood and done"),
        (status = 409, body = crate::web::ErrorBody, description = "It contradicts what exists, as for the route that does the same"),
        (status = 410, body = crate::web::ErrorBody, description = "The confirmation was used, or is older than 5 minutes")))]
async fn ask_assistant(
    State(service): State<DialogueService>,
    ctx: Ctx,
    idempotency: IdempotencyHeader,
    body: Json<AskAssistantBody>,
) -> Result<Reply> {
    let AskAssistantBody { text, confirm, user_id } = body.value;
    let owner = Whose::alone(user_id.as_ref(), &ctx)?;
    let said = match (text, confirm) {
        (Some(text), None) => Said::Text(text.0),
        (None, Some(token)) => Said::Confirmed(token.0),
        _ => return Err(NEITHER.of_field("text")),
    };
    let key = idempotency.key(&ctx, "ask_assistant", &body.raw)?;
    let answer = service.answer(&ctx, owner, &said, key.as_ref()).await?;
    Ok(Reply::ok(&answer.value)?.replayed(answer.replayed))
}
