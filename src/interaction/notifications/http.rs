//! What was sent, over HTTP.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    delivery::{Delivery, DeliveryState},
    event::Event,
    model::{Notification, NotificationId},
    service::NotificationService,
};
use crate::{
    interaction::channels::model::ChannelId,
    kernel::{Ctx, Result, Timestamp},
    outbound::channels::ChannelKind,
    web::{ListQuery, Own, Query, Reply, parameter},
    wellbeing::entry::Between,
};

pub fn router(service: NotificationService) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list_notifications)).with_state(service)
}

/// Something that you were told, or would have been.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "id": "5f0c8a52-7a7c-5d5c-9a53-0f5ec2f4a7e1", "event": "nudge.created", "key": "nudge_break_due",
    "text": "You have worked for 50 minutes. Take a break of five minutes or more.", "created_at": "2026-01-14T09:50:00.000000Z",
    "deliveries": [{ "channel_id": "0193c7a8-9d1c-7e44-b5a0-3f2e1d0c9b8a", "kind": "webhook", "state": "sent", "reason": null,
        "attempts": 1, "at": "2026-01-14T09:50:01.000000Z" }] }))]
struct NotificationView<'a> {
    /// The same whenever it is tried again, by which a repetition is recognised: `webhook-id` of a webhook.
    id: NotificationId,
    #[schema(inline)]
    event: Event,
    /// The stable name of the text.
    key: String,
    /// In the language that the settings had when it was decided.
    text: String,
    created_at: Timestamp,
    deliveries: Vec<DeliveryView<'a>>,
}

/// How it came to one channel. In the state `unknown` it is not known whether it arrived, and it is not sent again.
#[derive(Debug, Serialize, ToSchema)]
struct DeliveryView<'a> {
    channel_id: ChannelId,
    #[schema(inline)]
    kind: ChannelKind,
    #[schema(inline)]
    state: DeliveryState,
    /// Why it was skipped: `quiet_hours`, `busy`, `time_off`, `budget`, `unverified`, `off`; or what went wrong the last time, such
    /// as `http_500`, `unreachable`, `no_answer`, `address_not_allowed`, `gone`.
    reason: Option<&'a str>,
    attempts: u32,
    /// Since when it stands so, or when it was last tried.
    at: Timestamp,
}

impl<'a> From<&'a Notification> for NotificationView<'a> {
    fn from(of: &'a Notification) -> Self {
        let deliveries = of.deliveries.iter().map(DeliveryView::from).collect();
        Self { id: of.id, event: of.event, key: of.key(), text: of.text(), created_at: of.created_at, deliveries }
    }
}

impl<'a> From<&'a Delivery> for DeliveryView<'a> {
    fn from(of: &'a Delivery) -> Self {
        let Delivery { channel_id, kind, state, ref reason, attempts, at, .. } = *of;
        Self { channel_id, kind, state, reason: reason.as_deref(), attempts, at }
    }
}

/// What is wanted of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct NotificationQuery {
    #[param(value_type = Option<Event>, inline)]
    event: Option<String>,
    /// One of its deliveries stands so.
    #[param(value_type = Option<DeliveryState>, inline)]
    state: Option<String>,
    /// The first date.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<String>,
    /// The last date, at most 399 days after the first.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<String>,
}

/// List what was sent to you within 90 days, and how it went, the newest last.
#[utoipa::path(get, path = "/api/notifications", tag = "notifications", params(Own, NotificationQuery, ListQuery),
    responses((status = 200, body = Vec<NotificationView>,
        description = "A page, which may have fewer than asked for; `Link` leads to the next one")))]
async fn list_notifications(
    State(notifications): State<NotificationService>,
    ctx: Ctx,
    Own(owner): Own,
    Query(query): Query<NotificationQuery>,
    Query(list): Query<ListQuery>,
) -> Result<Reply> {
    let event: Option<Event> = parameter("event", query.event.as_deref())?;
    let state: Option<DeliveryState> = parameter("state", query.state.as_deref())?;
    let between = Between::new(parameter("from", query.from.as_deref())?, parameter("to", query.to.as_deref())?)?;
    let filters = [
        ("event", event.map(|event| event.name().to_owned())),
        ("state", state.map(|state| state.name().to_owned())),
        ("from", between.from.map(|date| date.to_string())),
        ("to", between.to.map(|date| date.to_string())),
    ];
    let paging = list.paging("/api/notifications", &filters, &ctx)?;
    let mut page = notifications.list(&ctx, owner, between, paging.request.clone()).await?;
    page.items.retain(|found| {
        event.is_none_or(|event| found.event == event)
            && state.is_none_or(|state| found.deliveries.iter().any(|delivery| delivery.state == state))
    });
    Reply::page::<NotificationView, _>(&page, &paging)
}
