//! Sends what was decided: claims it in a commit, sends it, and keeps in another how that went.

use std::time::Duration;

use uuid::Uuid;

use super::{
    decide::deliveries,
    delivery::{Look, Sight, Terms},
    event::Event,
    model::{About, Notification},
    repo,
    service::{DUE, NotificationService, due_by},
};
use crate::{
    accounts::settings::model::Settings,
    interaction::channels::{
        links::{self, Of, UNSUBSCRIBE, VERIFY},
        model::{Channel, ChannelId, Topic},
        repo as channels,
        state::ChannelState,
    },
    kernel::{Code, Limit, Owner, Result, Timestamp},
    ledger::{Decision, Transaction},
    outbound::channels::{ChannelKind, ChannelProblem, Message, Outcome, Repetition},
    store::Stored,
    wellbeing::reminders::model::{Nudge, What},
};

/// How many messages one run sends, so that it ends before somebody else takes its work over.
const A_RUN: usize = 12;
/// How many notifications are looked at together.
const LOOKED_AT: u32 = 20;
/// What is due so soon is not left to the timer.
const SOON: Duration = Duration::from_mins(3);
/// How long a carrier may take, whatever it promises.
const PATIENCE: Duration = Duration::from_secs(20);

/// The right to send a notification to one channel.
struct Claimed {
    notification: Notification,
    channel: Channel,
    claim: Uuid,
}

/// What a look at what is due came to.
enum Step {
    Send(Box<Claimed>),
    /// Something was decided, and there may be more.
    More,
    Nothing,
}

impl NotificationService {
    /// Sends all that is due, and sees to it that the rest is. Errors: none for a user who is gone.
    pub(super) async fn deliver(&self, owner: Owner) -> Result<()> {
        match self.deliver_due(owner).await {
            Err(error) if error.code() == Code::NotFound => Ok(()),
            other => other,
        }
    }

    async fn deliver_due(&self, owner: Owner) -> Result<()> {
        let mut sent = 0;
        while sent < A_RUN {
            match self.ledger.run(owner, |change| Box::pin(self.claim(change, owner))).await? {
                Step::Nothing => break,
                Step::More => {}
                Step::Send(claimed) => {
                    let outcome = self.send(owner, &claimed).await;
                    let claimed = &*claimed;
                    self.ledger.run(owner, |change| Box::pin(self.settle(change, owner, claimed, &outcome))).await?;
                    sent += 1;
                }
            }
        }
        let next = self.ledger.run(owner, |change| Box::pin(self.look_ahead(change, owner))).await?;
        let wait = next.map(|next| next.since(self.clock.now()));
        match wait.filter(|wait| *wait < SOON) {
            Some(wait) => self.tell(owner.id(), wait).await,
            None => Ok(()),
        }
    }

    /// Looks at what is due in turn, until there is something to be sent.
    async fn claim(&self, change: &mut Transaction<'_>, owner: Owner) -> Result<Decision<Step>> {
        let now = change.now();
        let most = Limit::new(LOOKED_AT).unwrap_or(Limit::MAX);
        let due = repo::waiting(&self.ledger, owner, Some(now.plus(Duration::from_micros(1))), most).await?;
        if due.is_empty() {
            return Ok(Decision::Keep(Step::Nothing));
        }
        let all = channels::all(&self.ledger, owner).await?;
        let hours = self.hours(owner, &change.summary, now).await?;
        let mut step = Step::Nothing;
        for read in due {
            let mut notification = read.value.clone();
            let mut claimed = None;
            for index in 0..notification.deliveries.len() {
                let delivery = notification.deliveries[index].clone();
                let channel = all.iter().map(|read| &read.value).find(|channel| channel.id == delivery.channel_id);
                let state = change.find::<ChannelState>(&delivery.channel_id.to_string()).await?;
                let sight = Sight {
                    event: notification.event,
                    created_at: notification.created_at,
                    hours: &hours,
                    channel: channel.filter(|_| state.is_some()),
                    repetition: self.carriers.of(delivery.kind).map(|carrier| carrier.repetition()),
                    last_at: state.as_ref().and_then(|state| state.value.last_at),
                };
                let claim = change.next_id();
                match (delivery.look(&sight, claim), channel, state) {
                    (Look::Nothing, ..) => {}
                    (Look::Claimed(delivery), Some(channel), Some(state)) => {
                        notification.deliveries[index] = delivery;
                        change.replace(&state.value.used(now), &state)?;
                        claimed = Some((channel.clone(), claim));
                        break;
                    }
                    (Look::Claimed(delivery) | Look::Stands(delivery), ..) => notification.deliveries[index] = delivery,
                }
            }
            if notification == read.value {
                continue;
            }
            due_by(change, notification.next());
            change.replace(&notification, &read)?;
            step = Step::More;
            if let Some((channel, claim)) = claimed {
                return Ok(Decision::Write(Step::Send(Box::new(Claimed { notification, channel, claim }))));
            }
        }
        Ok(Decision::Write(step))
    }

    /// Hands the message over. Whatever keeps it from that is an outcome too.
    async fn send(&self, owner: Owner, claimed: &Claimed) -> Outcome {
        let (kind, id) = (claimed.channel.kind, claimed.notification.id);
        let Some(carrier) = self.carriers.of(kind) else { return Outcome::Refused { reason: "not_configured".into() } };
        let outcome = match self.message(owner, claimed).await {
            Ok(Ok(message)) => tokio::time::timeout(PATIENCE, carrier.send(&message)).await.unwrap_or(Outcome::Unknown),
            Ok(Err(outcome)) => outcome,
            Err(error) if error.code() == Code::NotConfigured => Outcome::Ended { problem: ChannelProblem::SecretLost },
            Err(error) => {
                tracing::warn!(error = %error.chain(), "a message could not be made");
                Outcome::NotSent { reason: "not_made".into(), after: None }
            }
        };
        tracing::info!(
            notification = %id, channel = %claimed.channel.id, kind = kind.name(), event = claimed.notification.event.name(),
            ?outcome, "a message was sent or not"
        );
        outcome
    }

    /// What is to be said, to the address that is there now; or why nothing is.
    async fn message(&self, owner: Owner, claimed: &Claimed) -> Result<Result<Message, Outcome>> {
        let Claimed { notification, channel, .. } = claimed;
        let now = self.clock.now();
        let Some(state) = channels::state(&self.ledger, owner, channel.id).await? else {
            return Ok(Err(Outcome::Refused { reason: "off".into() }));
        };
        let Ok(secrets) = state.opened(&*self.keys.ring().await?) else {
            return Ok(Err(Outcome::Ended { problem: ChannelProblem::SecretLost }));
        };
        let of = Of { user: owner.id(), channel: channel.id };
        let link = match notification.event {
            Event::ChannelVerify => {
                let Some(nonce) = state.nonce(&secrets, now) else {
                    return Ok(Err(Outcome::Refused { reason: "expired".into() }));
                };
                format!("{}{VERIFY}?token={}", self.public_url, links::verifying(of, &nonce))
            }
            _ => self.page.to_string(),
        };
        let unsubscribe = match notification.event.topic().filter(|_| channel.kind == ChannelKind::Email) {
            Some(topic) => {
                let links = self.links.made(now).await?;
                Some(format!("{}{UNSUBSCRIBE}{}", self.public_url, links.unsubscribing(of, topic)))
            }
            None => None,
        };
        Ok(Ok(Message {
            id: notification.id.uuid(),
            created_at: notification.created_at,
            to: secrets.address.clone(),
            secrets: state.signing(secrets, now),
            event: notification.event.name(),
            language: notification.language.name(),
            key: notification.key(),
            title: notification.title(),
            text: notification.text(),
            data: notification.data(),
            link,
            unsubscribe,
        }))
    }

    /// Keeps how it went, and what follows from that for the channel.
    async fn settle(
        &self,
        change: &mut Transaction<'_>,
        owner: Owner,
        claimed: &Claimed,
        outcome: &Outcome,
    ) -> Result<Decision<()>> {
        let now = change.now();
        let Some(read) = change.find::<Notification>(&claimed.notification.id.to_string()).await? else {
            return Ok(Decision::Keep(()));
        };
        let mut notification = read.value.clone();
        let held = |delivery: &&mut super::delivery::Delivery| delivery.claim.is_some_and(|held| held.id == claimed.claim);
        // Another holds it by now, or knows better.
        let Some(delivery) = notification.deliveries.iter_mut().find(held) else { return Ok(Decision::Keep(())) };
        let carrier = self.carriers.of(delivery.kind);
        let terms = Terms {
            event: notification.event,
            repetition: carrier.map_or(Repetition::Seen, |carrier| carrier.repetition()),
            retries: carrier.map_or(&[], |carrier| carrier.retries()),
        };
        *delivery = delivery.settled(claimed.claim, outcome, &terms, now);
        change.replace(&notification, &read)?;
        due_by(change, notification.next());
        if let Some(stored) = change.find::<Channel>(&claimed.channel.id.to_string()).await? {
            let was = &stored.value;
            let language = Settings::of(&change.summary)?.language;
            let is = match outcome {
                Outcome::Sent if notification.event == Event::ChannelTest => was.tested(),
                Outcome::Sent => was.worked(),
                Outcome::Refused { .. } => was.clone(),
                Outcome::Ended { problem } => was.off(*problem, language),
                Outcome::NotSent { .. } | Outcome::Unknown => was.failed(now),
            };
            if is != *was {
                change.replace(&is, &stored)?;
            }
            if was.enabled && !is.enabled {
                let all = channels::all(&self.ledger, owner).await?;
                tell_of_end(change, &all, &is)?;
            }
        }
        Ok(Decision::Write(()))
    }

    /// Switches off what has failed for too long, and has the work be due when there is something to do next. That instant.
    async fn look_ahead(&self, change: &mut Transaction<'_>, owner: Owner) -> Result<Decision<Option<Timestamp>>> {
        let now = change.now();
        let mut all = channels::all(&self.ledger, owner).await?;
        let language = Settings::of(&change.summary)?.language;
        let ended: Vec<ChannelId> =
            all.iter().filter(|read| read.value.ends_at().is_some_and(|end| end <= now)).map(|read| read.value.id).collect();
        for id in &ended {
            let Some(read) = all.iter_mut().find(|read| read.value.id == *id) else { continue };
            let off = read.value.off(ChannelProblem::Failing, language);
            change.replace(&off, read)?;
            read.value = off;
        }
        let due = change.summary.due.get(DUE);
        change.summary.due.set(DUE, None);
        for read in all.iter().filter(|read| ended.contains(&read.value.id)) {
            tell_of_end(change, &all, &read.value)?;
        }
        let waiting = repo::waiting(&self.ledger, owner, None, Limit::ONE).await?;
        due_by(change, waiting.first().and_then(|read| read.value.next()));
        due_by(change, all.iter().filter_map(|read| read.value.ends_at()).min());
        let next = change.summary.due.get(DUE);
        Ok(if ended.is_empty() && next == due { Decision::Keep(next) } else { Decision::Write(next) })
    }
}

/// Says that a channel was switched off: by the others that are told of such things, or else as a reminder on the page.
fn tell_of_end(change: &mut Transaction<'_>, all: &[Stored<Channel>], ended: &Channel) -> Result<()> {
    let Some(problem) = ended.problem else { return Ok(()) };
    let (now, event, user_id) = (change.now(), Event::SyncAttention, ended.user_id);
    let name = ended.shown_name().to_owned();
    let others = all.iter().map(|read| read.value.clone()).filter(|other| other.id != ended.id && other.takes(Topic::Sync));
    let deliveries = deliveries(&others.collect::<Vec<_>>(), event, now, now, now);
    if deliveries.is_empty() {
        let what = What::ChannelOff { channel_id: ended.id.uuid(), name };
        return change.create(&Nudge::new(change.next_id(), user_id, what, problem.language, now));
    }
    let id = Notification::id_of(user_id, event, &format!("channel:{}:{}:{now}", ended.id, problem.code.name()));
    let about = About::Channel { of: ended.id, name, problem: problem.code };
    change.create(&Notification {
        id,
        user_id,
        event,
        about,
        language: problem.language,
        created_at: now,
        date: change.today(),
        deliveries,
    })?;
    due_by(change, Some(now));
    Ok(())
}
