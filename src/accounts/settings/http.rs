//! Settings over HTTP.

use axum::extract::State;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    model::{Settings, UserSettings},
    patch::SettingsPatch,
    service::SettingsService,
};
use crate::{
    kernel::{Ctx, Result, Timestamp, UserId, Versioned},
    web::{self, IfMatch, IfNoneMatch, Own, Patch, Reply},
};

pub fn router(service: SettingsService) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(get_settings, update_settings)).with_state(service)
}

/// A user's settings, those that were never changed included.
#[derive(Debug, Serialize, ToSchema)]
pub struct SettingsView<'a> {
    user_id: UserId,
    #[serde(flatten)]
    settings: &'a Settings,
    /// Null until something is changed.
    updated_at: Option<Timestamp>,
}

impl<'a> From<&'a UserSettings> for SettingsView<'a> {
    fn from(of: &'a UserSettings) -> Self {
        Self { user_id: of.user_id, settings: &of.settings.0, updated_at: of.updated_at }
    }
}

/// Shows stored settings.
pub fn render(body: &str) -> Result<Box<RawValue>> {
    web::render(body, |of: &UserSettings| to_raw_value(&SettingsView::from(of)))
}

/// Get your settings.
#[utoipa::path(get, path = "/api/settings", tag = "settings", params(Own, IfNoneMatch),
    responses((status = 200, body = SettingsView, description = "All of them")))]
async fn get_settings(State(settings): State<SettingsService>, ctx: Ctx, Own(owner): Own, known: IfNoneMatch) -> Result<Reply> {
    let read = settings.get(&ctx, owner).await?;
    if known.has(read.version) { Ok(Reply::not_modified(read.version)) } else { answer(&read) }
}

/// Change your settings, from now on.
#[utoipa::path(patch, path = "/api/settings", tag = "settings", request_body = SettingsPatch, params(Own, IfMatch),
    responses((status = 200, body = SettingsView, description = "All of them")))]
async fn update_settings(
    State(settings): State<SettingsService>,
    ctx: Ctx,
    Own(owner): Own,
    IfMatch(expected): IfMatch,
    Patch(patch): Patch<SettingsPatch>,
) -> Result<Reply> {
    answer(&settings.update(&ctx, owner, patch.unwrap_or_default(), &expected).await?)
}

fn answer(settings: &Versioned<UserSettings>) -> Result<Reply> {
    Ok(Reply::ok(&SettingsView::from(&settings.value))?.versioned(settings.version))
}
