//! Presence over HTTP.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    model::{Presence, PresencePatch},
    service::PresenceService,
};
use crate::{
    kernel::{Ctx, Nullable, Result, Timestamp, UserId, nullable::given},
    web::{self, Field, Own, Patch, Reply},
};

pub fn router(service: PresenceService) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(get_presence, update_presence)).with_state(service)
}

/// Whether somebody is to be left alone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "user_id": "0193c7a8-5b6e-7d2f-8a1b-0c9d8e7f6a5b", "busy_until": "2026-01-14T11:00:00.000000Z" }))]
pub struct PresenceView {
    user_id: UserId,
    /// Null while nothing is known of it. Of a copy that you keep: it is over once it has passed.
    busy_until: Option<Timestamp>,
}

impl From<&Presence> for PresenceView {
    fn from(of: &Presence) -> Self {
        Self { user_id: of.user_id, busy_until: of.busy_until }
    }
}

/// Shows stored presence.
pub fn render(body: &str) -> Result<Box<RawValue>> {
    web::render(body, |of: &Presence| to_raw_value(&PresenceView::from(of)))
}

/// What to change of your presence.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(example = json!({ "busy_until": "2026-01-14T11:00:00Z" }))]
struct UpdatePresenceBody {
    /// With an offset or `Z`: in the future, at most 24 hours ahead. Null ends it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Timestamp>)]
    busy_until: Option<Nullable<Field<Timestamp>>>,
}

/// Get until when you are busy.
#[utoipa::path(get, path = "/api/presence", tag = "presence", params(Own),
    responses((status = 200, body = PresenceView, description = "Until when")))]
async fn get_presence(State(presence): State<PresenceService>, ctx: Ctx, Own(owner): Own) -> Result<Reply> {
    Reply::ok(&PresenceView::from(&presence.get(&ctx, owner).await?))
}

/// Say until when you are busy: nothing is sent to you until then.
#[utoipa::path(patch, path = "/api/presence", tag = "presence", request_body = UpdatePresenceBody, params(Own),
    responses((status = 200, body = PresenceView, description = "Until when")))]
async fn update_presence(
    State(presence): State<PresenceService>,
    ctx: Ctx,
    Own(owner): Own,
    Patch(body): Patch<UpdatePresenceBody>,
) -> Result<Reply> {
    let busy_until = body.unwrap_or_default().busy_until.map(|until| Nullable(until.0.map(|field| field.0)));
    Reply::ok(&PresenceView::from(&presence.update(&ctx, owner, PresencePatch { busy_until }).await?))
}
