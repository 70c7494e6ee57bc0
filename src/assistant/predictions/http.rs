//! Predictions over HTTP.

use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{service::PredictionService, view::PredictionsView};
use crate::{
    kernel::{Ctx, Result},
    web::{Own, Reply},
};

pub fn router(service: PredictionService) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(get_predictions)).with_state(service)
}

/// Get your risk of overload, with what adds to it, and forecasts of your hours and tasks.
#[utoipa::path(get, path = "/api/predictions", tag = "assistant", params(Own),
    responses((status = 200, body = PredictionsView, description = "As of the end of the last date")))]
async fn get_predictions(State(service): State<PredictionService>, ctx: Ctx, Own(owner): Own) -> Result<Reply> {
    let found = service.get(&ctx, owner).await?;
    Reply::ok(&PredictionsView::new(&found.predictions, found.language))
}
