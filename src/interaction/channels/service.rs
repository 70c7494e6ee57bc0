//! Use cases on channels, as a person sets them and as links in mails change them.

use std::sync::Arc;

use chrono::NaiveDate;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    announcer::{Announcement, Announcer},
    given::NewChannel,
    links::{self, Of},
    model::{Channel, ChannelId, ChannelPatch, MAX_A_DATE, MAX_CHANNELS, Topic},
    repo::{self, LinkRepo},
    state::ChannelState,
};
use crate::{
    accounts::settings::model::{Language, Settings},
    domain::Shared,
    integrations::credentials::{
        keyring::Keyring,
        keys::Keys,
        rotation::{Rotated, rotate},
    },
    kernel::{
        Admins, Caller, Code, Created, Ctx, Error, Id, IdempotencyKey, Owner, Page, PageRequest, Precondition, Resource as _,
        Result, Timestamp, Versioned,
    },
    ledger::{Decision, Fact, Ledger, Transaction},
    outbound::channels::{Carrier, Carriers, ChannelKind, webhook},
    store::Stored,
};

#[derive(Clone)]
pub struct ChannelService {
    ledger: Ledger,
    keys: Keys,
    carriers: Carriers,
    links: LinkRepo,
    announcer: Arc<dyn Announcer>,
}

/// A channel that was made, and what its messages are signed with, where that is.
pub struct Made {
    pub created: Created<Versioned<Channel>>,
    pub secret: Option<SecretString>,
}

/// How many channels were made on a date.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct MadeOn {
    date: NaiveDate,
    count: u32,
}

impl Fact for MadeOn {
    const NAME: &'static str = "channels_made";
}

impl ChannelService {
    pub fn new(shared: &Shared, keys: Keys, carriers: Carriers, links: LinkRepo, announcer: Arc<dyn Announcer>) -> Self {
        Self { ledger: shared.ledger.clone(), keys, carriers, links, announcer }
    }

    /// A digest of a body that may hold an address that is a secret, by which its repetition is recognised. Errors: `NotConfigured`.
    pub async fn fingerprint(&self, body: &[u8]) -> Result<Vec<u8>> {
        Ok(self.keys.ring().await?.digest(body))
    }

    /// What carries messages by that kind, where it is set up.
    pub fn carrier(&self, kind: ChannelKind) -> Option<&Arc<dyn Carrier>> {
        self.carriers.of(kind)
    }

    /// Makes a channel, and has it shown at once whether its address takes what we send. Errors: `NotConfigured`, `NotLinked`,
    /// `AddressNotAllowed`, `ChannelExists`, `TooManyChannels`, `TooManyAttempts`, `NotFound` when there is no such user,
    /// `IdempotencyKeyReused`.
    pub async fn create(&self, ctx: &Ctx, owner: Owner, new: &NewChannel, key: Option<&IdempotencyKey>) -> Result<Made> {
        let carrier = self.carrier(new.kind).ok_or_else(not_configured)?;
        // No chat can be linked here yet.
        let not_linked = || Error::new(Code::NotLinked, "No chat is linked to which the bot could write");
        let address = new.address.as_ref().ok_or_else(not_linked)?;
        if !carrier.allows(&address.full) {
            let message = format!("Field '{}' is not an address that this server may call", address.field);
            return Err(Error::new(Code::AddressNotAllowed, message).about(address.field));
        }
        let ring = &*self.keys.ring().await?;
        let (created, secret) = self
            .ledger
            .run(owner, |change| {
                Box::pin(async move {
                    if let Some(first) = change.replayed(key).await? {
                        return Ok(Decision::Keep((first, None)));
                    }
                    self.make_room(change, owner, ring, &address.full).await?;
                    let channel = Channel {
                        id: Id::new(change.next_id()),
                        user_id: owner.id(),
                        kind: new.kind,
                        name: new.name.clone(),
                        address: address.shown.clone(),
                        events: new.events.clone(),
                        verified: new.kind == ChannelKind::Push,
                        enabled: true,
                        failing_since: None,
                        problem: None,
                        created_at: change.now(),
                    };
                    let secret = if new.kind == ChannelKind::Webhook { Some(webhook::new_secret()?) } else { None };
                    let mut state = ChannelState::new(ring, &channel, address.full.clone(), secret.clone())?;
                    match new.kind {
                        ChannelKind::Push => {}
                        ChannelKind::Email => {
                            state = state.asked(ring, change.now(), change.today())?;
                            self.announcer.announce(change, &channel, Announcement::Verify)?;
                        }
                        ChannelKind::Slack | ChannelKind::Teams | ChannelKind::Webhook => {
                            self.announcer.announce(change, &channel, Announcement::Test)?;
                        }
                    }
                    change.create(&state)?;
                    Ok(Decision::Write((Created::now(change.created(channel, key)?), secret)))
                })
            })
            .await?;
        self.announcer.hasten(ctx, owner).await;
        Ok(Made { created, secret })
    }

    /// Refuses one more channel, or the same once more. Errors: `ChannelExists`, `TooManyChannels`, `TooManyAttempts`.
    async fn make_room(&self, change: &mut Transaction<'_>, owner: Owner, ring: &Keyring, address: &SecretString) -> Result<()> {
        let states = repo::states(&self.ledger, owner).await?;
        // What no key opens is no address that anything is sent to.
        let mut known = states.iter().filter_map(|state| state.opened(ring).ok());
        if known.any(|secrets| secrets.address.expose_secret() == address.expose_secret()) {
            return Err(Error::new(Code::ChannelExists, "There is a channel with that address"));
        }
        if states.len() >= MAX_CHANNELS {
            return Err(Error::new(Code::TooManyChannels, "You have 10 channels; delete one first"));
        }
        let (now, today) = (change.now(), change.today());
        // The user's date may go back, and nobody has more for that.
        let made: Option<MadeOn> = change.summary.facts.get()?;
        let made = made.filter(|made| made.date >= today).unwrap_or(MadeOn { date: today, count: 0 });
        if made.count >= MAX_A_DATE {
            let tomorrow = made.date.succ_opt().map_or(now, |next| change.summary.day_rule().start_of(next));
            return Err(Error::new(Code::TooManyAttempts, "20 channels were made today").after(tomorrow.since(now)));
        }
        change.summary.facts.set(&MadeOn { count: made.count + 1, ..made })
    }

    /// The owner's channels, oldest first.
    pub async fn list(&self, _ctx: &Ctx, owner: Owner, page: PageRequest) -> Result<Page<Channel>> {
        repo::list(&self.ledger, owner, page).await?.try_map(|read| Ok(read.value))
    }

    /// Errors: `NotFound`.
    pub async fn get(&self, _ctx: &Ctx, owner: Owner, id: ChannelId) -> Result<Versioned<Channel>> {
        Ok(self.ledger.load::<Channel>(owner, &id.to_string()).await?.versioned())
    }

    /// Errors: `NotFound`, `StaleEtag`.
    pub async fn update(
        &self,
        _ctx: &Ctx,
        owner: Owner,
        id: ChannelId,
        patch: &ChannelPatch,
        expected: &Precondition,
    ) -> Result<Versioned<Channel>> {
        let decide = |was: &Channel, _: &mut Transaction<'_>| Ok(Some(was.patched(patch)).filter(|is| is != was));
        self.ledger.edit(owner, &id.to_string(), expected, decide).await
    }

    /// Forgets the channel with its address and secrets. Errors: `NotFound`, `StaleEtag`.
    pub async fn delete(&self, _ctx: &Ctx, owner: Owner, id: ChannelId, expected: &Precondition) -> Result<()> {
        let also = |_: &Channel, change: &mut Transaction<'_>| {
            change.remove_if_there::<ChannelState>(id.to_string());
            Ok(())
        };
        self.ledger.delete(owner, &id.to_string(), expected, also).await
    }

    /// Sends a test, which switches on what is off when it works; or the link anew that verifies an address, which ends the one before.
    /// The id of the notification. Errors: `NotFound`, `NotConfigured`, `TooManyAttempts`; `NotVerified` for a test of an address of
    /// e-mail that is not; `UnsupportedAction` for a link to what is verified otherwise or already.
    pub async fn announce(&self, ctx: &Ctx, owner: Owner, id: ChannelId, what: Announcement) -> Result<Uuid> {
        let ring = &*self.keys.ring().await?;
        let notification = self
            .ledger
            .run(owner, |change| {
                Box::pin(async move {
                    let channel = change.load::<Channel>(&id.to_string(), &Precondition::None).await?.value;
                    self.carrier(channel.kind).ok_or_else(not_configured)?;
                    let read = state_of(change, id).await?;
                    let waits = channel.kind == ChannelKind::Email && !channel.verified;
                    let state = match what {
                        Announcement::Test if waits => {
                            let message = "The address has to be verified first, by the link in the mail";
                            return Err(Error::new(Code::NotVerified, message));
                        }
                        Announcement::Test => read.value.tested(change.now())?,
                        Announcement::Verify if waits => read.value.asked(ring, change.now(), change.today())?,
                        Announcement::Verify => {
                            let message = "Only an address of e-mail that is not verified yet is verified by a link";
                            return Err(Error::new(Code::UnsupportedAction, message));
                        }
                    };
                    change.replace(&state, &read)?;
                    Ok(Decision::Write(self.announcer.announce(change, &channel, what)?))
                })
            })
            .await?;
        self.announcer.hasten(ctx, owner).await;
        Ok(notification)
    }

    /// Another secret for a webhook's messages; the one before signs too for a day. A repetition makes none and tells none. Errors:
    /// `NotFound`, `UnsupportedAction`, `NotConfigured`, `IdempotencyKeyReused`.
    pub async fn new_secret(&self, _ctx: &Ctx, owner: Owner, id: ChannelId, key: Option<&IdempotencyKey>) -> Result<Made> {
        let ring = &*self.keys.ring().await?;
        let (created, secret) = self
            .ledger
            .run(owner, |change| {
                Box::pin(async move {
                    if let Some(first) = change.replayed(key).await? {
                        return Ok(Decision::Keep((first, None)));
                    }
                    let channel = change.load::<Channel>(&id.to_string(), &Precondition::None).await?.versioned();
                    if channel.value.kind != ChannelKind::Webhook {
                        return Err(Error::new(Code::UnsupportedAction, "Only messages of a webhook are signed with a secret"));
                    }
                    let read = state_of(change, id).await?;
                    let secret = webhook::new_secret()?;
                    change.replace(&read.value.with_secret(ring, secret.clone(), change.now())?, &read)?;
                    change.remember(key, &channel)?;
                    Ok(Decision::Write((Created::now(channel), Some(secret))))
                })
            })
            .await?;
        Ok(Made { created, secret })
    }

    /// In which language somebody is asked whether an address is theirs. Errors: `NotFound` for any link but the last one.
    pub async fn asks(&self, ctx: &Ctx, token: &str) -> Result<Language> {
        let (of, nonce) = links::read_verifying(token).ok_or_else(no_link)?;
        let owner = recipient(ctx, of)?;
        let state = repo::state(&self.ledger, owner, of.channel).await?.ok_or_else(no_link)?;
        let ring = &*self.keys.ring().await?;
        state.answered(ring, &nonce, ctx.now())?.ok_or_else(no_link)?;
        self.language(owner).await
    }

    /// Knows from now on that the address is the person's. Errors: `NotFound` for any link but the last one, which is good once.
    pub async fn answer(&self, ctx: &Ctx, token: &str) -> Result<Language> {
        let (of, nonce) = links::read_verifying(token).ok_or_else(no_link)?;
        let owner = recipient(ctx, of)?;
        let ring = &*self.keys.ring().await?;
        let answered = self.ledger.run(owner, |change| {
            Box::pin(async move {
                let id = of.channel.to_string();
                let channel = change.find::<Channel>(&id).await?.ok_or_else(no_link)?;
                let state = state_of(change, of.channel).await?;
                let used = state.value.answered(ring, &nonce, change.now())?.ok_or_else(no_link)?;
                change.replace(&used, &state)?;
                change.replace(&Channel { verified: true, ..channel.value.clone() }, &channel)?;
                Ok(Decision::Write(Settings::of(&change.summary)?.language))
            })
        });
        answered.await.map_err(|error| if error.code() == Code::NotFound { no_link() } else { error })
    }

    /// In which language somebody is asked whether messages are to end, and which. Errors: `NotFound` for no link of ours.
    pub async fn asks_to_end(&self, ctx: &Ctx, token: &str) -> Result<(Language, Topic)> {
        let known = self.links.known().await?.and_then(|links| links.read_unsubscribing(token));
        let (of, topic) = known.ok_or_else(no_link)?;
        Ok((self.language(recipient(ctx, of)?).await?, topic))
    }

    /// Ends messages of a kind by a channel. Again, or of a channel that is gone, does nothing. Errors: `NotFound` for no link of ours.
    pub async fn end(&self, ctx: &Ctx, token: &str) -> Result<()> {
        let known = self.links.known().await?.and_then(|links| links.read_unsubscribing(token));
        let (of, topic) = known.ok_or_else(no_link)?;
        let owner = recipient(ctx, of)?;
        let decide = |was: &Channel, _: &mut Transaction<'_>| {
            Ok(was.events.has(topic).then(|| Channel { events: was.events.without(topic), ..was.clone() }))
        };
        match self.ledger.edit(owner, &of.channel.to_string(), &Precondition::None, decide).await {
            Err(error) if error.code() == Code::NotFound => Ok(()),
            other => other.map(drop),
        }
    }

    /// Puts everybody's addresses and secrets under the key that seals now. Errors: as that of credentials.
    pub async fn rotate(&self, now: Timestamp) -> Result<Rotated> {
        rotate(&self.ledger.collection::<ChannelState>(), &*self.keys.ring().await?, self.ledger.ids(), now).await
    }

    /// That of the owner's settings; English for who is gone.
    async fn language(&self, owner: Owner) -> Result<Language> {
        let settings = self.ledger.read(owner.id()).await?.map(|summary| Settings::of(&summary)).transpose()?;
        Ok(settings.unwrap_or_default().language)
    }
}

/// Whom the link was sent to: whoever has it acts for them, as far as the link goes.
fn recipient(ctx: &Ctx, of: Of) -> Result<Owner> {
    ctx.clone().called_by(Caller::user(of.user, &Admins::default())).own()
}

fn not_configured() -> Error {
    Error::new(Code::NotConfigured, "Channels of this kind are not set up on this server")
}

/// The same whatever is wrong with it.
fn no_link() -> Error {
    Error::not_found("Link")
}

/// Errors: `NotFound`.
async fn state_of(change: &Transaction<'_>, id: ChannelId) -> Result<Stored<ChannelState>> {
    change.find(&id.to_string()).await?.ok_or_else(|| Error::not_found(Channel::NOUN))
}
