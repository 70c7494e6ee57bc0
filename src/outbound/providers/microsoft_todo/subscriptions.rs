//! Subscriptions of Microsoft Graph, by which it tells an address that tasks of a list have changed. They end by themselves within
//! three days, and are found by the address that they lead to.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use reqwest::Method;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::{MOST_PAGES, MicrosoftTodo, Part, given};
use crate::{
    kernel::Timestamp,
    outbound::{
        http::{Effect, Request},
        providers::{Failure, Subscribed},
    },
};

/// How long they are asked for. Graph takes 4230 minutes at most for tasks, and its clock may be behind ours.
const LIFE: Duration = Duration::from_mins(4200);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subscription {
    id: String,
    expiration_date_time: DateTime<Utc>,
    notification_url: Option<String>,
}

impl MicrosoftTodo {
    /// Makes one in the place of those that lead there already: whether they send the secret along cannot be seen.
    pub(super) async fn new_subscription(&self, url: &str, secret: &SecretString) -> Result<Subscribed, Failure> {
        self.end_subscriptions(url).await?;
        let body = json!({
            "changeType": "created,updated,deleted",
            "notificationUrl": url,
            "resource": format!("/me/todo/lists/{}/tasks", self.list().await?),
            "expirationDateTime": self.end(),
            "clientState": secret.expose_secret(),
        });
        let address = self.url(&["subscriptions"], &[])?;
        self.said(self.request(Effect::Writes, Method::POST, address)?.json(&body)?).await
    }

    /// Puts its end off.
    pub(super) async fn renewed_subscription(&self, id: &str) -> Result<Subscribed, Failure> {
        let address = self.url(&["subscriptions", id], &[])?;
        let body = json!({ "expirationDateTime": self.end() });
        self.said(self.request(Effect::Writes, Method::PATCH, address)?.json(&body)?).await
    }

    /// Ends those that lead to what ends like this.
    pub(super) async fn end_subscriptions(&self, path: &str) -> Result<(), Failure> {
        for subscription in self.subscriptions().await? {
            if subscription.notification_url.is_none_or(|url| !url.ends_with(path)) {
                continue;
            }
            let address = self.url(&["subscriptions", &subscription.id], &[])?;
            let answer = self.out.send(self.request(Effect::Writes, Method::DELETE, address)?).await?;
            match self.succeeded(&answer) {
                Ok(_) | Err(Failure::NotFound) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }

    async fn subscriptions(&self) -> Result<Vec<Subscription>, Failure> {
        let mut all = Vec::new();
        let mut next = Some(self.url(&["subscriptions"], &[])?);
        for _ in 0..MOST_PAGES {
            let Some(url) = next else { return Ok(all) };
            let part: Part<Subscription> = self.read(url).await?;
            all.extend(part.value);
            next = part.next.as_deref().map(given).transpose()?;
        }
        Err(Failure::Malformed)
    }

    async fn said(&self, request: Request) -> Result<Subscribed, Failure> {
        let answer = self.out.send(request).await?;
        let made: Subscription = self.succeeded(&answer)?.json()?;
        Ok(Subscribed::Until { id: made.id, ends_at: Timestamp::from(made.expiration_date_time) })
    }

    fn end(&self) -> String {
        self.clock.now().plus(LIFE).in_zone(chrono_tz::Tz::UTC).to_rfc3339_opts(SecondsFormat::Millis, true)
    }
}
