//! Channels over HTTP, for their owners.

use axum::extract::State;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    announcer::Announcement,
    bodies::{CreateChannelBody, UpdateChannelBody},
    model::Channel,
    service::{ChannelService, Made},
    view::{ChannelKindView, ChannelView, MadeChannelView},
};
use crate::{
    kernel::{Ctx, Result},
    outbound::channels::ChannelKind,
    web::{ErrorBody, IdempotencyHeader, IfMatch, IfNoneMatch, Json, ListQuery, Own, OwnById, Patch, Query, Reply},
};

pub fn router(channels: ChannelService) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_channels, create_channel))
        .routes(routes!(list_channel_kinds))
        .routes(routes!(get_channel, update_channel, delete_channel))
        .routes(routes!(test_channel))
        .routes(routes!(verify_channel))
        .routes(routes!(renew_channel_secret))
        .with_state(channels)
}

/// List the kinds of channels, and which of them are set up here.
#[utoipa::path(get, path = "/api/channels/kinds", tag = "channels", params(Own),
    responses((status = 200, body = Vec<ChannelKindView>, description = "All of them")))]
async fn list_channel_kinds(State(channels): State<ChannelService>, _: Own) -> Result<Reply> {
    let view = |kind: &ChannelKind| {
        let carrier = channels.carrier(*kind);
        ChannelKindView { kind: *kind, available: carrier.is_some(), push_key: carrier.and_then(|carrier| carrier.push_key()) }
    };
    Reply::ok(&ChannelKind::ALL.iter().map(view).collect::<Vec<_>>())
}

/// Make a channel. A test is sent to it at once, and verifies it when it is taken; an address of e-mail is verified by the link in a
/// mail, and push by its subscription.
#[utoipa::path(post, path = "/api/channels", tag = "channels", request_body = CreateChannelBody, params(IdempotencyHeader),
    responses((status = 201, body = MadeChannelView, description = "The channel, of a webhook with its secret"),
        (status = 200, body = ChannelView, description = "A repetition, where there is a secret: the channel without it"),
        (status = 409, body = ErrorBody, description = "There is one with that address, there are 10 of them, or no chat is linked"),
        (status = 429, body = ErrorBody, description = "20 were made today"),
        (status = 503, body = ErrorBody, description = "The kind is not set up here")))]
async fn create_channel(
    State(channels): State<ChannelService>,
    ctx: Ctx,
    idempotency: IdempotencyHeader,
    body: Json<CreateChannelBody>,
) -> Result<Reply> {
    let owner = body.value.owner(&ctx)?;
    let key = idempotency.key(&ctx, "create_channel", &channels.fingerprint(&body.raw).await?)?;
    let Made { created, secret } = channels.create(&ctx, owner, &body.value.new_channel()?, key.as_ref()).await?;
    let channel = &created.value.value;
    let reply = if created.replayed && channel.kind == ChannelKind::Webhook {
        Reply::ok(&ChannelView::from(channel))?
    } else {
        let view = MadeChannelView::of(channel, secret.as_ref());
        Reply::created(&view, &format!("/api/channels/{}", channel.id))?
    };
    Ok(reply.versioned(created.value.version).replayed(created.replayed))
}

/// List your channels, oldest first.
#[utoipa::path(get, path = "/api/channels", tag = "channels", params(Own, ListQuery),
    responses((status = 200, body = Vec<ChannelView>, description = "A page; `Link` leads to the next one")))]
async fn list_channels(
    State(channels): State<ChannelService>,
    ctx: Ctx,
    Own(owner): Own,
    Query(list): Query<ListQuery>,
) -> Result<Reply> {
    let paging = list.paging("/api/channels", &[], &ctx)?;
    let page = channels.list(&ctx, owner, paging.request.clone()).await?;
    Reply::page::<ChannelView, _>(&page, &paging)
}

/// Get a channel.
#[utoipa::path(get, path = "/api/channels/{id}", tag = "channels", params(OwnById<Channel>, IfNoneMatch),
    responses((status = 200, body = ChannelView, description = "The channel")))]
async fn get_channel(
    State(channels): State<ChannelService>,
    ctx: Ctx,
    OwnById { id, owner }: OwnById<Channel>,
    known: IfNoneMatch,
) -> Result<Reply> {
    let channel = channels.get(&ctx, owner, id).await?;
    if known.has(channel.version) {
        return Ok(Reply::not_modified(channel.version));
    }
    Ok(Reply::ok(&ChannelView::from(&channel.value))?.versioned(channel.version))
}

/// Change what a channel is told of, its name, or whether it is on.
#[utoipa::path(patch, path = "/api/channels/{id}", tag = "channels", request_body = UpdateChannelBody,
    params(OwnById<Channel>, IfMatch),
    responses((status = 200, body = ChannelView, description = "The channel")))]
async fn update_channel(
    State(channels): State<ChannelService>,
    ctx: Ctx,
    OwnById { id, owner }: OwnById<Channel>,
    IfMatch(expected): IfMatch,
    Patch(body): Patch<UpdateChannelBody>,
) -> Result<Reply> {
    let channel = channels.update(&ctx, owner, id, &body.unwrap_or_default().patch(), &expected).await?;
    Ok(Reply::ok(&ChannelView::from(&channel.value))?.versioned(channel.version))
}

/// Delete a channel: its address and its secrets are forgotten.
#[utoipa::path(delete, path = "/api/channels/{id}", tag = "channels", params(OwnById<Channel>, IfMatch),
    responses((status = 204, description = "It is gone")))]
async fn delete_channel(
    State(channels): State<ChannelService>,
    ctx: Ctx,
    OwnById { id, owner }: OwnById<Channel>,
    IfMatch(expected): IfMatch,
) -> Result<Reply> {
    channels.delete(&ctx, owner, id, &expected).await?;
    Ok(Reply::no_content())
}

/// What is being sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "notification_id": "5f0c8a52-7a7c-5d5c-9a53-0f5ec2f4a7e1" }))]
struct AskedNotificationView {
    /// Under which the log of notifications tells how it went.
    notification_id: Uuid,
}

/// Send a test, whatever the hours. It switches on what is off when it works.
#[utoipa::path(post, path = "/api/channels/{id}/test", tag = "channels", params(OwnById<Channel>),
    responses((status = 202, body = AskedNotificationView, description = "It is sent"),
        (status = 409, body = ErrorBody, description = "The address of e-mail is not verified"),
        (status = 429, body = ErrorBody, description = "There was one within the last minute")))]
async fn test_channel(
    State(channels): State<ChannelService>,
    ctx: Ctx,
    OwnById { id, owner }: OwnById<Channel>,
) -> Result<Reply> {
    Reply::accepted(&AskedNotificationView { notification_id: channels.announce(&ctx, owner, id, Announcement::Test).await? })
}

/// Send the mail anew whose link verifies the address; the link before is then good for nothing.
#[utoipa::path(post, path = "/api/channels/{id}/verify", tag = "channels", params(OwnById<Channel>),
    responses((status = 202, body = AskedNotificationView, description = "It is sent"),
        (status = 429, body = ErrorBody, description = "There was one within the last minute, or there were five today")))]
async fn verify_channel(
    State(channels): State<ChannelService>,
    ctx: Ctx,
    OwnById { id, owner }: OwnById<Channel>,
) -> Result<Reply> {
    Reply::accepted(&AskedNotificationView { notification_id: channels.announce(&ctx, owner, id, Announcement::Verify).await? })
}

/// What messages are signed with from now on; the channel for a repetition, to which that is not told.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(example = json!({ "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }))]
enum SecretView<'a> {
    New { secret: &'a str },
    Repetition(ChannelView<'a>),
}

/// Make another secret for the messages of a webhook; the one before signs too for 24 hours.
#[utoipa::path(post, path = "/api/channels/{id}/secret", tag = "channels", params(OwnById<Channel>, IdempotencyHeader),
    responses((status = 200, body = SecretView,
        description = "The secret: shown here, once, and never again. A repetition is answered with the channel")))]
async fn renew_channel_secret(
    State(channels): State<ChannelService>,
    ctx: Ctx,
    OwnById { id, owner }: OwnById<Channel>,
    idempotency: IdempotencyHeader,
) -> Result<Reply> {
    let key = idempotency.key(&ctx, "renew_channel_secret", id.to_string().as_bytes())?;
    let Made { created, secret } = channels.new_secret(&ctx, owner, id, key.as_ref()).await?;
    let view = match &secret {
        Some(secret) => SecretView::New { secret: secret.expose_secret() },
        None => SecretView::Repetition(ChannelView::from(&created.value.value)),
    };
    Ok(Reply::ok(&view)?.replayed(created.replayed))
}
