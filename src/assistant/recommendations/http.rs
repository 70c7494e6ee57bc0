//! Recommendations over HTTP.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    choice::Answer,
    service::RecommendationService,
    view::{AnsweredView, RecommendationView},
};
use crate::{
    kernel::{Ctx, Result},
    web::{Field, Json, Own, OwnByName, Reply},
};

pub fn router(service: RecommendationService) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list_recommendations)).routes(routes!(answer_recommendation)).with_state(service)
}

/// List what to do now, what matters most first: three things at most.
#[utoipa::path(get, path = "/api/recommendations", tag = "assistant", params(Own),
    responses((status = 200, body = Vec<RecommendationView>, description = "What holds now and was not answered in the last week")))]
async fn list_recommendations(State(service): State<RecommendationService>, ctx: Ctx, Own(owner): Own) -> Result<Reply> {
    let found = service.list(&ctx, owner).await?;
    let views: Vec<RecommendationView> =
        found.chosen.iter().map(|chosen| RecommendationView::new(chosen, found.language)).collect();
    Reply::ok(&views)
}

/// What you say to a recommendation.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({ "action": "done" }))]
struct AnswerRecommendationBody {
    #[schema(value_type = Answer)]
    action: Field<Answer>,
}

/// Answer a recommendation, so that its rule is silent for a week. The same answer again changes nothing.
#[utoipa::path(post, path = "/api/recommendations/{id}", tag = "assistant", request_body = AnswerRecommendationBody,
    params(OwnByName),
    responses((status = 200, body = AnsweredView, description = "The answer is kept"),
        (status = 409, body = crate::web::ErrorBody, description = "It was answered otherwise")))]
async fn answer_recommendation(
    State(service): State<RecommendationService>,
    ctx: Ctx,
    OwnByName { name, owner }: OwnByName,
    body: Json<AnswerRecommendationBody>,
) -> Result<Reply> {
    let answered = service.answer(&ctx, owner, &name, body.value.action.0).await?;
    Reply::ok(&AnsweredView::new(name.split(':').next().unwrap_or_default(), answered))
}
